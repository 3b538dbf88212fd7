/** Actions of two or more actors. */
import type { Stager } from "./action.js";
import { drawActor } from "./actors.js";
import { during, ease, hop, lerp } from "./easing.js";
import { FLOOR } from "./places.js";
import * as props from "./props.js";

export const collide: Stager = ({ actor, other, rng }) => {
  const y = rng.between(0.38, 0.56);
  const touch = actor.radius + other.radius;
  const meet = rng.between(0.42, 0.58);
  return (t) => {
    const away = 0.36 * Math.abs(2 * t - 1) ** 1.3;
    return [
      ...drawActor(actor, { x: meet - touch / 2 - away, y, angle: away * 6 }),
      ...drawActor(other, { x: meet + touch / 2 + away, y, angle: -away * 6 }),
    ];
  };
};

export const chase: Stager = ({ actor, other, rng }) => {
  const gap = actor.radius + other.radius + rng.between(0.04, 0.1);
  const jumps = rng.pick([3, 4]);
  return (t) => {
    const lead = lerp(0.1 + gap, 0.9, t);
    const at = (x: number, who: typeof actor): { x: number; y: number } => ({
      x,
      y: FLOOR - who.radius - 0.07 * hop((x * jumps) % 1),
    });
    return [
      ...drawActor(other, { ...at(lead, other), steps: t * 7 }),
      ...drawActor(actor, { ...at(lead - gap, actor), steps: t * 7 + 0.5 }),
    ];
  };
};

export const seesaw: Stager = ({ actor, other, prop, rng }) => {
  const start = rng.between(0, 2 * Math.PI);
  const pivot = FLOOR - 0.16;
  return (t) => {
    const tilt = 0.32 * Math.sin(start + t * 1.5 * 2 * Math.PI);
    const onPlank = (along: number, lift: number): { x: number; y: number; angle: number } => ({
      x: 0.5 + along * Math.cos(tilt) + lift * Math.sin(tilt),
      y: pivot + along * Math.sin(tilt) - lift * Math.cos(tilt),
      angle: tilt,
    });
    return [
      props.solid("triangle", 0.5, FLOOR - 0.08, 0.07, 0.08, prop),
      props.solid("box", 0.5, pivot, 0.36, 0.018, prop, tilt),
      ...drawActor(actor, onPlank(-0.28, actor.radius + 0.018)),
      ...drawActor(other, onPlank(0.28, other.radius + 0.018)),
    ];
  };
};

export const stackUp: Stager = ({ actor, rng }) => {
  const x = rng.between(0.4, 0.6);
  const count = 4;
  const step = 2 * actor.radius * 0.92;
  const lean = Array.from({ length: count }, () => rng.between(-0.15, 0.15) * actor.radius);
  return (t) =>
    lean.flatMap((offset, i) => {
      const start = (i - 0.4) / count;
      const fall = during(t, start, start + 0.22);
      if (t < start) return [];
      const rest = FLOOR - actor.radius - step * i;
      return drawActor(actor, { x: x + offset, y: lerp(Math.min(0.05, rest), rest, fall * fall) });
    });
};

export const carryOnTop: Stager = ({ actor, other }) => {
  return (t) => {
    const x = lerp(0.14, 0.86, ease(t));
    const bob = 0.02 * Math.abs(Math.sin(t * 18));
    const y = FLOOR - actor.radius - bob;
    return [
      ...drawActor(actor, { x, y, steps: t * 6 }),
      ...drawActor(other, { x, y: y - actor.radius * 1.2 - other.radius, wide: 0.9, high: 0.9 }),
    ];
  };
};
