/**
 * Grounding maps over playing frames: where the text of the video's class looked, at every level and pass of the fusion. Plays
 * by itself while it is on the screen, unless the reader asks for less motion.
 */
import { element, embedded } from "./dom.js";
import { isChosen, whenFiltered } from "./filter.js";
import { opened, paintFrame } from "./player-frame.js";

/** @typedef {import("./player-frame.js").Video} Video */
/** @typedef {import("./player-frame.js").Opened} Opened */

/** A video of few frames plays slower, so that it is not over at once. */
const FRAMES_A_SECOND = { few: 4, many: 8 };
const FEW = 12;

export function startPlayer() {
  const place = document.getElementById("player");
  /** @type {readonly Video[] | undefined} */
  const videos = embedded("grounding-data")?.videos;
  if (place && videos && videos.length > 0) new Player(place, videos);
}

class Player {
  /**
   * @param {HTMLElement} place
   * @param {readonly Video[]} videos
   */
  constructor(place, videos) {
    this.videos = videos;
    /** @type {Opened | null} */
    this.open = null;
    this.frame = 0;
    this.playing = false;
    this.wanted = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.last = 0;
    this.canvas = /** @type {HTMLCanvasElement} */ (element("canvas", { tabindex: 0, role: "img" }));
    this.button = element("button", { type: "button", class: "play" }, "Play");
    this.slider = /** @type {HTMLInputElement} */ (
      element("input", { type: "range", min: 0, step: 1, "aria-label": "frame" })
    );
    this.video = /** @type {HTMLSelectElement} */ (element("select", {}));
    this.level = /** @type {HTMLSelectElement} */ (element("select", {}));
    this.pass = /** @type {HTMLSelectElement} */ (element("select", {}));
    this.overlay = /** @type {HTMLInputElement} */ (element("input", { type: "checkbox", checked: true }));
    this.caption = element("p", { class: "caption" });
    this.run = element("p", {});
    place.append(
      element(
        "div",
        { class: "fields" },
        field("Video", this.video),
        field("Level", this.level),
        field("Pass", this.pass),
      ),
      element(
        "div",
        { class: "screen" },
        element(
          "div",
          {},
          this.canvas,
          element("div", { class: "transport" }, this.button, this.slider, element("label", {}, this.overlay, " map")),
        ),
        element("div", { class: "about" }, this.caption, this.run),
      ),
    );
    this.listen(place);
    this.offer();
    whenFiltered(() => this.offer());
  }

  /** @param {HTMLElement} place */
  listen(place) {
    this.video.addEventListener("change", () => this.load());
    for (const input of [this.level, this.pass, this.overlay]) input.addEventListener("change", () => this.paint());
    this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
    this.button.addEventListener("click", () => this.toggle());
    this.canvas.addEventListener("click", () => this.toggle());
    place.addEventListener("keydown", (event) => this.key(event));
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
    const watch = new IntersectionObserver(([entry]) => this.play(this.wanted && entry?.isIntersecting === true));
    watch.observe(this.canvas);
  }

  /** Fills the list with the videos of the chosen dataset and model; all where there is none. */
  offer() {
    const fitting = this.videos.filter(isChosen);
    const own = (fitting.length > 0 ? fitting : this.videos).map((video) => this.videos.indexOf(video));
    const before = [...this.video.options].map(({ value }) => Number(value));
    if (String(before) === String(own)) return;
    this.video.replaceChildren(
      ...own.map((index) => element("option", { value: index }, this.videos[index]?.title ?? "")),
    );
    this.load();
  }

  async load() {
    const video = /** @type {Video} */ (this.videos[Number(this.video.value)]);
    const open = await opened(video);
    if (this.videos[Number(this.video.value)] !== video) return;
    this.open = open;
    fill(
      this.level,
      video.visits.map(({ block }) => block),
      (block) => `block ${block}`,
    );
    fill(
      this.pass,
      video.visits.map(({ pass }) => pass),
      (pass) => `pass ${pass + 1}`,
    );
    this.slider.max = String(video.frames.length - 1);
    const attributes = {
      type: "button",
      class: "number",
      "data-runs": video.run,
      "data-title": `Run of ${video.title}`,
    };
    this.run.replaceChildren(`${video.about} `, element("button", attributes, "The run that made it"));
    this.seek(Math.min(this.frame, video.frames.length - 1));
  }

  /** @param {number} frame */
  seek(frame) {
    this.frame = frame;
    this.slider.value = String(frame);
    this.paint();
  }

  paint() {
    if (!this.open) return;
    const [block, pass] = [Number(this.level.value), Number(this.pass.value)];
    const text = paintFrame(this.canvas, this.open, { frame: this.frame, block, pass, overlay: this.overlay.checked });
    this.caption.textContent = text;
    this.slider.setAttribute("aria-valuetext", `frame ${this.frame + 1} of ${this.open.video.frames.length}`);
    if (!this.playing) this.canvas.setAttribute("aria-label", text);
  }

  /** The reader's own choice; scrolling away and back keeps it. */
  toggle() {
    this.wanted = !this.playing;
    this.play(this.wanted);
  }

  /** @param {boolean} on */
  play(on) {
    if (on === this.playing) return;
    this.playing = on;
    this.button.textContent = on ? "Pause" : "Play";
    this.paint();
    if (on) requestAnimationFrame((now) => this.tick(now));
  }

  /** @param {number} now milliseconds */
  tick(now) {
    if (!this.playing) return;
    const rate = (this.open?.video.frames.length ?? 0) > FEW ? FRAMES_A_SECOND.many : FRAMES_A_SECOND.few;
    if (this.open && now - this.last >= 1000 / rate) {
      this.last = now;
      this.seek((this.frame + 1) % this.open.video.frames.length);
    }
    requestAnimationFrame((next) => this.tick(next));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.canvas || !this.open) return;
    const last = this.open.video.frames.length - 1;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === " ") this.toggle();
    else if (step) this.seek((this.frame + step + last + 1) % (last + 1));
    else if (event.key === "Home") this.seek(0);
    else if (event.key === "End") this.seek(last);
    else return;
    event.preventDefault();
  }
}

/**
 * @param {string} name
 * @param {HTMLElement} input
 */
function field(name, input) {
  return element("label", {}, element("span", {}, name), input);
}

/**
 * The distinct values as options; the one that was chosen stays where it is among them.
 *
 * @param {HTMLSelectElement} select
 * @param {readonly number[]} values
 * @param {(value: number) => string} text
 */
function fill(select, values, text) {
  const before = select.value;
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  select.replaceChildren(...distinct.map((value) => element("option", { value }, text(value))));
  select.value = String(distinct.includes(Number(before)) && before !== "" ? before : distinct.at(-1));
  select.disabled = distinct.length === 1;
}
