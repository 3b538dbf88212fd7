/** Actions of one actor that need nothing, or only the floor. Each draws its random course once; time runs 0 to 1. */

import type { Stager } from "./action.js";
import { drawActor, stroke } from "./actors.js";
import { mix } from "./colours.js";
import { ease, lerp, limit, triangleWave } from "./easing.js";
import { FLOOR } from "./places.js";
import type { Shape } from "./raster.js";

export const roll: Stager = ({ actor }) => {
  const from = 0.12;
  return (t) => {
    const x = lerp(from, 0.88, t);
    return drawActor(actor, { x, y: FLOOR - actor.radius, angle: (x - from) / actor.radius, steps: t * 6 });
  };
};

export const bounceOnFloor: Stager = ({ actor, rng }) => {
  const x0 = rng.between(0.3, 0.5);
  const drift = rng.between(0, 0.25);
  const height = rng.between(0.42, 0.58);
  const bounces = 2.5;
  return (t) => {
    const lift = Math.abs(Math.cos(t * bounces * Math.PI));
    const flat = Math.max(0, 1 - lift * 6);
    const y = FLOOR - actor.radius * (1 - 0.3 * flat) - height * lift;
    return drawActor(actor, { x: x0 + drift * t, y, wide: 1 + 0.3 * flat, high: 1 - 0.3 * flat });
  };
};

export const zigzag: Stager = ({ actor, rng }) => {
  const middle = rng.between(0.42, 0.5);
  const swing = rng.between(0.2, 0.27);
  const turns = rng.between(1.8, 2.4);
  const start = rng.next();
  return (t) => drawActor(actor, { x: lerp(0.12, 0.88, t), y: middle + swing * triangleWave(start + turns * t) });
};

export const grow: Stager = ({ actor, rng }) => {
  const x = rng.between(0.42, 0.58);
  const y = rng.between(0.4, 0.52);
  const most = 0.28 / actor.radius;
  return (t) => {
    const size = lerp(0.5, most, ease(t));
    return drawActor(actor, { x, y, wide: size, high: size });
  };
};

export const split: Stager = ({ actor, rng }) => {
  const x = rng.between(0.45, 0.55);
  const y = rng.between(0.4, 0.52);
  const angle = rng.between(-0.5, 0.5);
  return (t) => {
    const apart = limit((t - 0.3) / 0.7);
    if (apart === 0) return drawActor(actor, { x, y, wide: 1.2 + 0.9 * t, high: 1.2 - 0.3 * t });
    const reach = lerp(actor.radius * 0.7, 0.32, ease(apart));
    return [-1, 1].flatMap((side) =>
      drawActor(actor, {
        x: x + side * reach * Math.cos(angle),
        y: y + side * reach * Math.sin(angle),
        wide: 0.75,
        high: 0.75,
      }),
    );
  };
};

export const burst: Stager = ({ actor, rng }) => {
  const x = rng.between(0.42, 0.58);
  const y = rng.between(0.38, 0.5);
  const pieces = 7;
  const turn = rng.between(0, 1);
  return (t) => {
    const apart = limit((t - 0.25) / 0.75);
    if (apart === 0) return drawActor(actor, { x, y, wide: 1 + 2.4 * t, high: 1 + 2.4 * t });
    const reach = lerp(actor.radius, 0.38, Math.sqrt(apart));
    return Array.from({ length: pieces }, (_, i) => {
      const angle = 2 * Math.PI * (i / pieces + turn);
      const pose = { x: x + reach * Math.cos(angle), y: y + reach * Math.sin(angle) + 0.12 * apart * apart, angle };
      return drawActor(actor, { ...pose, wide: 0.36, high: 0.36 });
    }).flat();
  };
};

export const spiral: Stager = ({ actor, rng }) => {
  const start = rng.between(0, 2 * Math.PI);
  return (t) => {
    const reach = lerp(0.34, 0.02, t);
    const angle = start + t * 2 * 2 * Math.PI;
    const size = lerp(1.1, 0.6, t);
    const at = { x: 0.5 + reach * Math.cos(angle), y: 0.46 + reach * Math.sin(angle) };
    return drawActor(actor, { ...at, angle, wide: size, high: size });
  };
};

export const leaveTrail: Stager = ({ actor, rng }) => {
  const middle = rng.between(0.42, 0.55);
  const wave = rng.between(0.1, 0.18);
  const phase = rng.between(0, 6);
  const at = (t: number): { x: number; y: number } => ({
    x: lerp(0.12, 0.88, t),
    y: middle + wave * Math.sin(phase + 6 * t),
  });
  return (t) => {
    const dots: Shape[] = [];
    for (let past = 0; past < t; past += 0.07) {
      dots.push(...drawActor(actor, { ...at(past), wide: 0.3, high: 0.3 }));
    }
    return [...dots, ...drawActor(actor, at(t))];
  };
};

export const fade: Stager = ({ actor, rng }) => {
  const x = rng.between(0.35, 0.65);
  const y = rng.between(0.4, 0.55);
  return (t) => drawActor(actor, { x, y, alpha: lerp(1, 0.08, ease(t)), wide: 1.8, high: 1.8 });
};

export const flash: Stager = ({ actor, rng }) => {
  const x = rng.between(0.35, 0.65);
  const y = rng.between(0.4, 0.55);
  const bright = mix(actor.paint.colour, [255, 255, 200], 0.85);
  const rays = 8;
  return (t) => {
    const on = Math.sin(t * 3 * 2 * Math.PI) > 0;
    const body = drawActor(actor, { x, y, wide: 1.4, high: 1.4, ...(on ? { colour: bright } : {}) });
    if (!on) return body;
    const paint = { ...actor.paint, colour: bright, texture: "plain" as const, outline: null };
    const ray = (i: number): Shape => {
      const angle = (2 * Math.PI * i) / rays;
      const point = (reach: number): [number, number] => [x + reach * Math.cos(angle), y + reach * Math.sin(angle)];
      return stroke(point(actor.radius * 1.9), point(actor.radius * 2.7), 0.012, paint);
    };
    return [...Array.from({ length: rays }, (_, i) => ray(i)), ...body];
  };
};

export const floatUp: Stager = ({ actor, rng }) => {
  const x0 = rng.between(0.35, 0.65);
  const sway = rng.between(0.02, 0.05);
  return (t) => {
    const x = x0 + sway * Math.sin(t * 7);
    const y = lerp(FLOOR - actor.radius, 0.12, t);
    const string = { ...actor.paint, colour: [60, 60, 60] as const, texture: "plain" as const, outline: null };
    return [stroke([x, y + actor.radius], [x0, y + 0.24], 0.007, string), ...drawActor(actor, { x, y })];
  };
};
