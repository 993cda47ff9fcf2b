// What a person presses or types reaches the service in the order in which it was done, or the page
// says that it did not (gate/docs/decisions/0083). Loaded before NiceGUI's own script.
(() => {
  const patience = 2000; // Milliseconds without an answer until the page says that it waits for one.
  const texts = () => window.gateTexts || {};
  const now = () => performance.now() / 1000;
  const tell = (text, more = {}) =>
    window.Quasar?.Notify.create({ message: text, position: "top", timeout: 8000, type: "negative", ...more });

  // Quasar's own ground for what goes on is none of ours.
  addEventListener("load", () => window.Quasar?.Notify.registerType("ongoing", { group: false, timeout: 0, spinner: true, color: "warning" }));

  // Presses that the service has not heard yet.
  const unheard = new Set();
  let waiting = null; // Takes away what says that the page waits.
  const watch = () => {
    const press = { posted: false };
    press.timer = setTimeout(() => { waiting ??= tell(texts().press_waits, { type: "ongoing", timeout: 0 }); }, patience);
    unheard.add(press);
    return press;
  };
  const done = (press) => {
    clearTimeout(press.timer);
    unheard.delete(press);
    if (unheard.size || !waiting) return;
    waiting();
    waiting = null;
  };
  const lost = () => {
    const gone = [...unheard].filter((press) => press.posted);
    gone.forEach(done);
    if (gone.length) tell(texts().press_lost);
  };

  // The second press of a doubled one is no press of its own.
  const MODIFIERS = ["Shift", "Control", "Alt", "Meta", "CapsLock"];
  const isPress = (event) =>
    (event?.type === "click" && event.detail < 2) || (event?.type === "keydown" && !event.repeat && !MODIFIERS.includes(event.key));

  // Each message says when it was, by this page's own clock: what was kept while the service was away
  // is sent afterwards, and a press of a minute ago must not be done then.
  const join = (socket) => {
    const send = socket.emit;
    const kept = []; // In the order in which it was done.
    const stamp = () => {
      if (!socket.connected) return;
      send.call(socket, "stamp", { client_id: window.clientId, sent: now() });
      window.gateStamped = true;
    };
    socket.emit = function (name, message, ...more) {
      if (name !== "event") return send.call(this, name, message, ...more);
      message.sent = now();
      const press = isPress(window.event) ? watch() : null;
      const heard = (answer) => {
        done(press);
        if (answer === "gone") tell(texts().press_gone);
      };
      const post = () => {
        if (press) press.posted = true;
        send.call(socket, name, message, ...(press ? [heard] : []));
      };
      if (socket.connected) post();
      else kept.push(post);
      return this;
    };
    socket.on("connect", () => {
      stamp(); // First: what was kept is measured against it.
      kept.splice(0).forEach((post) => post());
      for (const soon of [500, 2000]) setTimeout(stamp, soon);
    });
    socket.on("disconnect", lost);
    setInterval(stamp, 30000);
  };

  // Before the page has its socket, NiceGUI keeps each event in a timer of its own, and timers that are
  // late fire in any order: the service could be left with a plate that lacks its last character. So
  // the handshake is never waited for: what is done before it is kept here, in its order.
  let socket;
  Object.defineProperty(window, "socket", {
    get: () => socket,
    set: (made) => {
      socket = made;
      join(made);
    },
  });
  Object.defineProperty(window, "did_handshake", { get: () => socket !== undefined, set: () => {} });

  // The second press of a doubled one acts on nothing, neither on the same button nor on what has come
  // under the finger meanwhile. A keypad, a calendar and fields of numbers are pressed fast on purpose.
  const FAST = ".keypad, .q-date, .q-uploader, .q-expansion-item__toggle, input, textarea, canvas";
  document.addEventListener("click", (event) => {
    if (!event.isTrusted || event.detail < 2 || !event.target.closest?.("button, a[href], [role=button]")) return;
    if (event.target.closest(FAST)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // Nor does a key that opened a sheet type itself into the field that the sheet has brought: pressed
  // twice, or held down.
  const AGAIN = 700; // Milliseconds.
  let hot = null;
  const typing = () => document.activeElement?.matches("input, textarea, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (!typing()) {
      hot = event.key.length === 1 ? { key: event.key.toLowerCase(), at: performance.now() } : null;
    } else if (hot && event.key.toLowerCase() === hot.key && (event.repeat || performance.now() - hot.at < AGAIN)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else {
      hot = null;
    }
  }, true);

  // A page that the browser kept, and shows again on the way back, is an old one: its keys are gone.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // A control that is drawn anew between going down and coming up is never clicked: say so.
  const CONTROL = "button, a[href], [role=button], [role=checkbox]";
  const confirms = (event) => event.type.startsWith("pointer") || event.key === "Enter" || event.key === " ";
  let under = null;
  let clicked = -Infinity;
  const down = (event) => {
    if (event.isTrusted && confirms(event) && !event.repeat) under = event.target.closest?.(CONTROL);
  };
  const up = (event) => {
    if (!confirms(event)) return;
    const was = under;
    under = null;
    if (was && !was.isConnected && now() - clicked > 1) tell(texts().press_gone);
  };
  document.addEventListener("click", () => { clicked = now(); }, true);
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, down, true);
  for (const kind of ["pointerup", "keyup"]) document.addEventListener(kind, up, true);
  document.addEventListener("pointercancel", () => { under = null; }, true);
})();
