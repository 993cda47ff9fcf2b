// What the browser does by itself: newest pictures, seconds since, sounds. No framework, no network
// but this service. Texts come from the catalogues in window.gateTexts.
(() => {
  const pause = 180; // Milliseconds between one picture and the next request.
  const rest = 400; // The same where there was no newer picture.
  const stale = 3000; // A picture older than this is drawn grey and says so.

  // One request at a time per picture: a slow line gets fewer pictures, not a queue of them.
  const follow = (img) => {
    if (img.dataset.following) return;
    img.dataset.following = "1";
    let last = Date.now();
    let has = ""; // Which picture is drawn: the service sends none that the page has.
    const next = async () => {
      if (!img.isConnected) return;
      let wait = document.hidden ? 1000 : pause;
      if (!document.hidden) {
        try {
          const headers = has ? { "If-None-Match": has } : {};
          const answer = await fetch(img.dataset.live, { cache: "no-store", headers, signal: AbortSignal.timeout(4000) });
          if (answer.status === 304) {
            last = Date.now();
            wait = rest;
          }
          if (answer.status === 200) {
            has = answer.headers.get("ETag") || "";
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
      setTimeout(next, wait);
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

  // How long a vehicle has been waiting: counted from when it came.
  const waiting = (element) => {
    const from = Date.parse(element.dataset.waiting);
    if (Number.isNaN(from)) return;
    const seconds = Math.max(0, Math.round((Date.now() + (window.gateOffset || 0) - from) / 1000));
    const texts = window.gateTexts || {};
    const text = seconds < 100 ? texts.waited_seconds : seconds < 5400 ? texts.waited_minutes : texts.waited_hours;
    const value = seconds < 100 ? seconds : Math.floor(seconds / (seconds < 5400 ? 60 : 3600));
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
    const lead = () => {
      const next = here(ids.find(open) ?? ids[ids.length - 1]);
      (next.querySelector("input") || next).focus();
      return next;
    };
    // An answer that comes a moment later may hide the field that was led to: then go on from there.
    let next = lead();
    const until = performance.now() + 5000;
    const watch = () => {
      const lost = document.activeElement === document.body && !next.getClientRects().length;
      if (lost) next = lead();
      const still = next.contains(document.activeElement) || document.activeElement === document.body;
      if (still && performance.now() < until) setTimeout(watch, 100);
    };
    watch();
  };

  // Copies the secret of a sheet. Pages by plain HTTP have no clipboard: there the marked text is
  // copied the old way, and stays marked for Ctrl+C.
  window.gateCopy = async (event) => {
    const button = event.target.closest(".q-btn");
    const secret = button.closest(".q-card").querySelector(".secret");
    getSelection().selectAllChildren(secret);
    try {
      await navigator.clipboard.writeText(secret.textContent);
    } catch (error) {
      if (!document.execCommand("copy")) return;
    }
    button.querySelector(".q-btn__content > span").textContent = window.gateTexts.copied;
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
    document.querySelectorAll("[data-waiting]").forEach(waiting);
    document.querySelectorAll("[data-clock]").forEach(clock);
  }, 500);

  // Every sound is fetched when the page comes, for it must be there when the service is not.
  const SOUNDS = ["ask", "grave", "serious", "notice", "lost", "back"];
  const sounds = new Map();
  const preload = async (name) => {
    try {
      const answer = await fetch(`/console/sound/${name}.wav`);
      if (answer.ok) sounds.set(name, URL.createObjectURL(await answer.blob()));
    } catch (error) {
      setTimeout(() => preload(name), 5000);
    }
  };
  const loaded = Promise.all(SOUNDS.map(preload));
  const play = async (name) => {
    if (!sounds.has(name)) await loaded;
    if (!sounds.has(name)) return;
    const sound = new Audio(sounds.get(name));
    sound.dataset.sound = name;
    sound.play().then(
      () => document.body.classList.remove("muted"),
      // Only a browser that forbids sound is muted: another failure is not the person's to mend.
      (error) => { if (error.name === "NotAllowedError") document.body.classList.add("muted"); },
    );
  };
  window.gateAsk = () => play("ask");

  // A grave alarm sounds every four seconds until a person acknowledges it, a serious one every
  // twenty, a notice once; and each new one at once.
  const EVERY = { grave: 4000, serious: 20000, notice: 0 };
  let alarm = { level: null, newest: 0, timer: null };
  window.gateAlarm = (level, newest) => {
    const news = level !== null && (level !== alarm.level || newest > alarm.newest);
    if (level === alarm.level && !news) return;
    clearInterval(alarm.timer);
    alarm = { level, newest: Math.max(newest, alarm.newest), timer: null };
    if (level === null) return;
    if (news) play(level);
    if (EVERY[level]) alarm.timer = setInterval(() => play(level), EVERY[level]);
  };

  // When the line went, or came back. A guard who looks elsewhere hears it: once when the service is
  // lost, again each half minute while it is, and when it is back, on this page or on the one that is
  // loaded anew. A page that is being left has lost nothing.
  const LOST = "gateLost";
  const GRACE = 1500; // Milliseconds: a service that answers again at once was not lost.
  const LOST_EVERY = 30000;
  let lastAway = 0;
  let lost = null;
  let leavingPage = false;
  window.addEventListener("beforeunload", () => { leavingPage = true; });
  const soundLost = () => {
    if (leavingPage || window.socket?.connected) return;
    sessionStorage.setItem(LOST, "1");
    play("lost");
    lost = setTimeout(soundLost, LOST_EVERY);
  };
  const soundBack = () => {
    clearTimeout(lost);
    lost = null;
    if (!sessionStorage.getItem(LOST)) return;
    sessionStorage.removeItem(LOST);
    play("back");
  };
  const watchTheLine = (socket) => {
    socket.on("disconnect", () => {
      lastAway = Infinity;
      lost ??= setTimeout(soundLost, GRACE);
    });
    socket.on("connect", () => {
      lastAway = Math.min(lastAway, Date.now());
      soundBack();
    });
    if (socket.connected) soundBack();
  };

  // Who types or presses is there: the service hears of it now and then, and at once where the log-in
  // is about to end. What a script does to a page is nobody's doing.
  let lastActive = 0;
  let strip = null; // What says so, while it does.
  const active = (event) => {
    if (!event.isTrusted || !window.socket?.connected) return;
    if (!strip && Date.now() - lastActive < 15000) return;
    lastActive = Date.now();
    window.socket.emit("active", { client_id: window.clientId });
    if (strip && !strip.final) warnOff();
  };
  for (const kind of ["pointerdown", "keydown", "input"]) document.addEventListener(kind, active, true);

  // The last minutes of a log-in: a strip that counts down on top of the page.
  const warnOff = () => {
    if (strip) clearInterval(strip.timer);
    strip?.box.remove();
    strip = null;
  };
  window.gateLeaving = (seconds, final) => {
    if (strip && strip.final !== final) warnOff();
    if (seconds === null) return warnOff();
    const texts = window.gateTexts || {};
    const until = Date.now() + seconds * 1000;
    if (strip) {
      strip.until = until;
      return;
    }
    const box = document.createElement("div");
    box.className = "leaving";
    const say = (tag, text, parent = box) => Object.assign(parent.appendChild(document.createElement(tag)), { textContent: text });
    const said = say("strong", "");
    said.setAttribute("role", "alert");
    const count = say("span", "");
    count.className = "mono";
    count.setAttribute("aria-hidden", "true");
    if (!final) say("button", texts.go_on).className = "plain-btn"; // Any press goes on, this one too.
    document.body.append(box);
    said.textContent = final ? texts.leaving_final : texts.leaving;
    const tick = () => {
      const left = Math.max(0, Math.ceil((strip.until - Date.now()) / 1000));
      count.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    };
    strip = { box, until, final, timer: setInterval(tick, 500) };
    tick();
  };

  // The log-in has ended: to the log-in, and from there back to this very page.
  let ended = false;
  window.gateEnded = (keep) => {
    ended = keep;
    if (!keep) window.gateForget();
    const here = encodeURIComponent(location.pathname + location.search);
    location.assign(`/login?why=ended&to=${here}`);
  };

  // When the service's machine is off, the page's socket gives up by loading the page anew, and the
  // browser then shows a page of its own that does not come back. So look first whether anybody is
  // there; the socket goes on trying meanwhile, and the strip says that the service is away.
  const stay = () => {
    if (!window.socket) return setTimeout(stay, 200);
    watchTheLine(window.socket);
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

  // A service that was started anew has this page loaded anew, and a log-in that ended by itself leads
  // back here. What was typed by then is kept by this tab for the time between, put back into its
  // fields for the same person, and shown where its field has gone; for anybody else it is thrown away.
  const DRAFT = "gateDraft";
  const touched = new Set();
  // Also just after the line has come back: NiceGUI may load the page anew only then.
  const away = () => document.getElementById("popup")?.ariaHidden === "false" || Date.now() - lastAway < 10000;
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea, input:not([type=password]):not([type=file])")) touched.add(event.target);
  });
  window.addEventListener("pagehide", () => {
    const anew = ended || away();
    // Left by F5 or Back, a form is kept, too; what was searched for is typed again.
    const wanted = (one) => one.isConnected && one.value && one.ariaLabel && (anew || !one.closest(".page-head"));
    const fields = [...touched].filter(wanted);
    if (!fields.length) return;
    const draft = fields.map((one) => ({ label: one.ariaLabel, value: one.value, sheet: Boolean(one.closest(".q-dialog")) }));
    sessionStorage.setItem(DRAFT, JSON.stringify({ path: location.pathname, user: window.gateUser, at: Date.now(), ended, anew, draft }));
  });
  // Of what was done, or of somebody who leaves, nothing is kept.
  window.gateForget = () => {
    touched.clear();
    sessionStorage.removeItem(DRAFT);
  };

  const putBack = ({ label, value, sheet }) => {
    const same = [...document.querySelectorAll("main#main input, main#main textarea")];
    const field = sheet ? undefined : same.find((one) => one.ariaLabel === label && (!one.value || one.value === value) && !one.readOnly);
    if (!field) return false;
    touched.add(field); // Should this log-in end, too.
    if (field.value === value) return true;
    const kind = field.matches("textarea") ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  };

  // Words that no field took, on top of the page until they have been read.
  const tellDraft = (lost, { ended, anew }) => {
    const texts = window.gateTexts || {};
    const strip = document.createElement("div");
    strip.className = "banner banner-ask draft";
    strip.setAttribute("role", "alert");
    const said = strip.appendChild(document.createElement("div"));
    said.className = "grow";
    const why = ended ? texts.draft_ended : anew ? texts.draft_anew : texts.draft_left;
    said.textContent = why + (lost.length ? texts.draft_lost : texts.draft_back);
    for (const { label, value } of lost) {
      said.appendChild(document.createElement("div")).textContent = `${label}: ${value}`;
    }
    const close = strip.appendChild(document.createElement("button"));
    close.className = "plain-btn";
    close.textContent = texts.close;
    close.addEventListener("click", () => strip.remove());
    document.querySelector("main#main").prepend(strip);
  };

  const restoreDraft = () => {
    const kept = JSON.parse(sessionStorage.getItem(DRAFT) || "null");
    if (!kept) return;
    const again = ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);
    const own = kept.user === window.gateUser;
    const fresh = Date.now() - kept.at <= (kept.ended ? 60 : 15) * 60000;
    if (own && fresh && !kept.anew && kept.path !== location.pathname) return; // Forward leads there again.
    const mine = own && kept.path === location.pathname && (kept.anew || again);
    if (mine && fresh && !window.socket?.connected) return setTimeout(restoreDraft, 200);
    sessionStorage.removeItem(DRAFT);
    if (mine && fresh) tellDraft(kept.draft.filter((one) => !putBack(one)), kept);
  };
  restoreDraft();

  // Words about what was done here, said on the page that comes next: here nobody would read them.
  const WORD = "gateWord";
  window.gateSayThere = (path, text) => {
    sessionStorage.setItem(WORD, text);
    window.gateForget();
    location.assign(path);
  };
  const sayWord = () => {
    const text = sessionStorage.getItem(WORD);
    if (!text) return;
    if (!window.Quasar?.Notify || !window.socket?.connected) return setTimeout(sayWord, 100);
    sessionStorage.removeItem(WORD);
    window.Quasar.Notify.create({ message: text, type: "positive", position: "top", timeout: 6000 });
  };
  sayWord();

  // A preference is kept by this browser for a year and needs no log-in.
  window.gatePrefer = (name, value) => {
    document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`;
    location.reload();
  };
})();
