// What the browser does by itself: newest pictures, seconds since, sounds. No framework, no network
// but this service. Texts come from the catalogues in window.gateTexts.
(() => {
  const pause = 180; // Milliseconds between one picture and the next request.
  const stale = 3000; // A picture older than this is drawn grey and says so.

  // One request at a time per picture: a slow line gets fewer pictures, not a queue of them.
  const follow = (img) => {
    if (img.dataset.following) return;
    img.dataset.following = "1";
    let last = Date.now();
    const next = async () => {
      if (!img.isConnected) return;
      if (!document.hidden) {
        try {
          const answer = await fetch(img.dataset.live, { cache: "no-store", signal: AbortSignal.timeout(4000) });
          if (answer.status === 200) {
            const url = URL.createObjectURL(await answer.blob());
            const old = img.src;
            img.src = url;
            if (old.startsWith("blob:")) URL.revokeObjectURL(old);
            last = Date.now();
          }
        } catch (error) {
          // The next round tries again; the picture turns grey meanwhile.
        }
      }
      img.classList.toggle("stale", Date.now() - last > stale);
      setTimeout(next, document.hidden ? 1000 : pause);
    };
    next();
  };

  const since = (element) => {
    const from = Date.parse(element.dataset.since);
    if (Number.isNaN(from)) return;
    const seconds = Math.max(0, Math.round((Date.now() + (window.gateOffset || 0) - from) / 1000));
    const texts = window.gateTexts || {};
    const text = seconds < 60 ? texts.seconds : seconds < 3600 ? texts.minutes : texts.hours;
    const value = seconds < 60 ? seconds : Math.floor(seconds / (seconds < 3600 ? 60 : 3600));
    const said = (text || "{n}").replace("{n}", value);
    if (element.textContent !== said) element.textContent = said;
  };

  const clock = (element) => {
    const now = new Date(Date.now() + (window.gateOffset || 0));
    element.textContent = now.toLocaleTimeString("zh-CN", { hour12: false, timeZone: window.gateZone });
  };

  // Quasar's file picker has buttons of icons only: give them names.
  const named = (picker) => {
    const texts = window.gateTexts || {};
    picker.querySelectorAll("input[type=file]:not([aria-label])").forEach((input) => {
      input.setAttribute("aria-label", texts.upload || "");
      input.tabIndex = 0; // The field itself takes the keys, not the button that lies around it.
      const around = input.closest(".q-btn");
      if (around) {
        around.removeAttribute("role");
        around.tabIndex = -1;
      }
    });
    picker.querySelectorAll(".q-btn[role]:not([aria-label]), button.q-btn:not([aria-label])").forEach((button) => {
      const icon = button.textContent.trim();
      const name = icon.startsWith("cloud_upload") ? texts.upload_send : icon.startsWith("clear") || icon.startsWith("close") ? texts.upload_clear : texts.upload;
      button.setAttribute("aria-label", name || icon);
    });
  };

  // Esc leaves a field, so that the keys of the page are heard again; in a sheet it closes the sheet.
  document.addEventListener("keydown", (event) => {
    const here = document.activeElement;
    if (event.key === "Escape" && here.matches("input, textarea") && !here.closest(".q-dialog")) here.blur();
  });

  // The Tab key stays in an open sheet and goes round in it.
  const STOPS = "a[href], button, input, select, textarea, [tabindex]:not([tabindex='-1'])";
  document.addEventListener("keydown", (event) => {
    const sheet = [...document.querySelectorAll(".q-dialog__inner")].pop();
    if (event.key !== "Tab" || !sheet || document.activeElement.closest(".q-menu")) return;
    const stops = [...sheet.querySelectorAll(STOPS)].filter((one) => !one.disabled && one.tabIndex >= 0 && one.getClientRects().length);
    if (!stops.length) return;
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const here = document.activeElement;
    if (!sheet.contains(here) || here === (event.shiftKey ? first : last)) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }, true);

  // Enter that ends a word of a Chinese keyboard is no Enter of the form.
  window.gateFocus = (event, ids) => {
    if (event.isComposing) return;
    event.preventDefault(); // Else this same Enter presses the button that it leads to.
    const here = (id) => getHtmlElement(id).closest(".q-field") || getHtmlElement(id);
    const open = (id) => here(id).getClientRects().length && !here(id).querySelector("input")?.value;
    const next = here(ids.find(open) ?? ids[ids.length - 1]);
    (next.querySelector("input") || next).focus();
  };

  // The arrow keys move within a keypad, which is one stop of the Tab key.
  document.addEventListener("keydown", (event) => {
    const pad = document.activeElement.closest(".keypad");
    if (!pad) return;
    const keys = [...pad.querySelectorAll("button")];
    const wide = getComputedStyle(pad).gridTemplateColumns.split(" ").length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wide, ArrowDown: wide }[event.key];
    const next = keys[keys.indexOf(document.activeElement) + step];
    if (!step || !next) return;
    event.preventDefault();
    keys.forEach((key) => { key.tabIndex = key === next ? 0 : -1; });
    next.focus();
  });

  setInterval(() => {
    document.querySelectorAll(".q-uploader").forEach(named);
    document.querySelectorAll("img[data-live]").forEach(follow);
    document.querySelectorAll("[data-since]").forEach(since);
    document.querySelectorAll("[data-clock]").forEach(clock);
  }, 500);

  // An alarm sounds every four seconds until a person acknowledges it.
  let alarm = null;
  const play = (url) => {
    const sound = new Audio(url);
    sound.play().then(
      () => document.body.classList.remove("muted"),
      () => document.body.classList.add("muted"),
    );
  };
  window.gateAsk = () => play("/console/sound/ask.wav");
  window.gateAlarm = (on) => {
    if (on && alarm === null) {
      play("/console/sound/alarm.wav");
      alarm = setInterval(() => play("/console/sound/alarm.wav"), 4000);
    } else if (!on && alarm !== null) {
      clearInterval(alarm);
      alarm = null;
    }
  };

  // When the service's machine is off, the page's socket gives up by loading the page anew, and the
  // browser then shows a page of its own that does not come back. So look first whether anybody is
  // there; the socket goes on trying meanwhile, and the strip says that the service is away.
  const stay = () => {
    if (!window.socket) return setTimeout(stay, 200);
    const before = window.socket.listeners("connect_error");
    window.socket.off("connect_error");
    window.socket.on("connect_error", async (error) => {
      document.getElementById("popup").ariaHidden = false;
      try {
        const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4000) });
        if (answer.ok) before.forEach((handler) => handler(error));
      } catch (nobody) {
        // Still away.
      }
    });
  };
  stay();

  // A preference is kept by this browser for a year and needs no log-in.
  window.gatePrefer = (name, value) => {
    document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`;
    location.reload();
  };
})();
