import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ACTION_NAMES, ACTIONS } from "vghif/dist/data/generated/actions.js";
import { actorOf, propPaint, randomLook } from "vghif/dist/data/generated/actors.js";
import { CLEAR, DIFFICULTY } from "vghif/dist/data/generated/difficulty.js";
import { distanceTo, type Form, mirrored } from "vghif/dist/data/generated/forms.js";
import { PLACES } from "vghif/dist/data/generated/places.js";
import { canvasOf, drawShapes, type Shape } from "vghif/dist/data/generated/raster.js";
import { makeScene, renderScene, type Scene } from "vghif/dist/data/generated/scene.js";
import { random } from "vghif/dist/data/random.js";

const SIZE = { width: 53, height: 41 };

function sceneOf(key: string, difficulty = DIFFICULTY): Scene {
  const rng = random(key);
  const script = {
    action: rng.pick(ACTION_NAMES),
    look: randomLook(rng),
    other: randomLook(rng),
    place: rng.pick(PLACES),
  };
  return makeScene(script, difficulty, key);
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

test("a frame's bytes are always the same", () => {
  const frames = ["a", "b", "c"].map((key) => hash(renderScene(sceneOf(key), 0.37, SIZE)));
  assert.deepEqual(
    ["a", "b", "c"].map((key) => hash(renderScene(sceneOf(key), 0.37, SIZE))),
    frames,
  );
  assert.equal(new Set(frames).size, 3);
  const scene = sceneOf("a");
  assert.notEqual(hash(renderScene(scene, 0.38, SIZE)), frames[0]);
  assert.equal(hash(renderScene(scene, 0.37, SIZE)), frames[0]);
});

test("every action is drawn at every moment, mostly on the stage, and something changes over time", () => {
  for (const action of ACTION_NAMES) {
    for (let take = 0; take < 3; take++) {
      const rng = random(`${action}/${take}`);
      const actor = actorOf(randomLook(rng), 0.08, rng);
      const cast = { actor, other: actorOf(randomLook(rng), 0.07, rng), prop: propPaint(rng, actor.paint.colour) };
      const motion = ACTIONS[action]({ ...cast, rng });
      const moments = Array.from({ length: 31 }, (_, i) => motion(i / 30));
      for (const [i, shapes] of moments.entries()) {
        const numbers = shapes.flatMap(({ x, y, sx, sy, angle, alpha }) => [x, y, sx, sy, angle, alpha]);
        assert.ok(numbers.every(Number.isFinite), `${action} at ${i}`);
        const seen = shapes.filter((shape) => shape.x > -0.05 && shape.x < 1.05 && shape.y > -0.05 && shape.y < 1);
        assert.ok(seen.length > 0 && seen.length >= 0.6 * shapes.length, `${action} at ${i}`);
      }
      assert.notDeepEqual(moments[8], moments[15], action);
      assert.deepEqual(motion(0.5), moments[15], `${action} depends on its calls`);
    }
  }
});

test("the middle square of a wide frame is the square frame", () => {
  const scene = sceneOf("square", { ...DIFFICULTY, grain: 0 });
  const square = renderScene(scene, 0.6, { width: 40, height: 40 });
  const wide = renderScene(scene, 0.6, { width: 60, height: 40 });
  for (let row = 0; row < 40; row++) {
    assert.deepEqual(wide.slice((row * 60 + 10) * 3, (row * 60 + 50) * 3), square.slice(row * 120, (row + 1) * 120));
  }
});

test("areas: the drawn coverage is the form's area, wherever it lies on the pixel grid", () => {
  const paint = { colour: [100, 100, 100], second: [0, 0, 0], texture: "dotted", outline: [100, 100, 100] } as const;
  const areas: [Form, number, number, number][] = [
    ["disc", 0.31, 0.31, Math.PI * 0.31 ** 2],
    ["box", 0.37, 0.13, 4 * 0.37 * 0.13],
    ["capsule", 0.37, 0.11, Math.PI * 0.11 ** 2 + 4 * 0.26 * 0.11],
    ["triangle", 0.29, 0.29, 2 * 0.29 * 0.29],
    ["diamond", 0.29, 0.29, 2 * 0.29 * 0.29],
    ["ring", 0.31, 0.31, Math.PI * 0.31 ** 2 * (1 - 0.7 ** 2)],
    ["ramp", 0.31, 0.31, 2 * 0.31 * 0.31],
  ];
  for (const [form, sx, sy, area] of areas) {
    for (const angle of [0, 0.7]) {
      const canvas = canvasOf({ width: 101, height: 101 });
      const shape: Shape = {
        form,
        x: 0.513,
        y: 0.491,
        sx,
        sy,
        angle,
        alpha: 1,
        paint: { ...paint, second: [100, 100, 100] },
      };
      drawShapes(canvas, { x: 0.5, y: 0.5, zoom: 1 }, [shape]);
      const drawn = canvas.rgb.reduce((sum, level) => sum + level, 0) / 300 / 101 ** 2;
      assert.ok(Math.abs(drawn - area) < 0.02 * area, `${form} at ${angle}: ${drawn} against ${area}`);
    }
  }
});

test("a mirrored form is the form in a mirror", () => {
  const forms: Form[] = ["ramp", "half-ring-left", "half-ring-right", "star", "disc", "dome"];
  const rng = random("mirror");
  for (const form of forms) {
    for (let i = 0; i < 100; i++) {
      const [x, y] = [rng.between(-1, 1), rng.between(-1, 1)];
      const there = distanceTo(mirrored(form), -x, y, 0.7, 0.9);
      assert.ok(Math.abs(distanceTo(form, x, y, 0.7, 0.9) - there) < 1e-12, form);
    }
  }
});

test("a clear scene has no nuisance: the place stands still and nothing but the action moves", () => {
  const scene = sceneOf("clear", CLEAR);
  assert.deepEqual(scene.camera(0.1), { x: 0.5, y: 0.5, zoom: 1 });
  assert.equal(scene.light(0.7), 1);
  assert.equal(scene.grain, 0);
  assert.equal(scene.progress(0.3), 0.3);
});
