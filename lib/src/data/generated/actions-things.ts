/** Actions of one actor with a thing: a wall, a hoop, a block, a box. What touches or hides what tells them apart. */
import type { Stager } from "./action.js";
import { drawActor, stroke } from "./actors.js";
import { during, ease, hop, lerp, triangleWave } from "./easing.js";
import { FLOOR } from "./places.js";
import * as props from "./props.js";

export const bounceOffWall: Stager = ({ actor, prop, rng }) => {
  const wallX = rng.between(0.8, 0.9);
  const contact = wallX - props.WALL - actor.radius;
  const y0 = rng.between(0.42, 0.58);
  const sag = rng.between(-0.12, 0.18);
  return (t) => {
    const away = Math.abs(2 * t - 1) ** 1.4;
    const flat = Math.max(0, 1 - away * 9);
    const pose = { x: lerp(contact + 0.3 * actor.radius * flat, 0.12, away), y: y0 + sag * away * away };
    const ball = drawActor(actor, { ...pose, wide: 1 - 0.3 * flat, high: 1 + 0.25 * flat, angle: 2 * away });
    return [...props.wall(wallX, prop), ...ball];
  };
};

export const hideBehindScreen: Stager = ({ actor, prop, rng }) => {
  const x = rng.between(0.58, 0.7);
  const peek = x - props.SCREEN.half - rng.between(-0.3, 0.3) * actor.radius;
  return (t) => {
    const inside = ease(during(t, 0, 0.4)) - ease(during(t, 0.65, 1));
    const at = lerp(0.14, peek + props.SCREEN.half * 0.5, inside);
    const steps = t * 6;
    return [...drawActor(actor, { x: at, y: FLOOR - actor.radius, steps }), ...props.screen(x, prop)];
  };
};

export const goThroughHoop: Stager = ({ actor, prop, rng }) => {
  const y0 = rng.between(0.42, 0.5);
  const sag = rng.between(0.08, 0.2);
  const x0 = rng.between(0.45, 0.55);
  return (t) => {
    const { far, near } = props.hoop(x0, y0, prop);
    const y = y0 + sag * (2 * t - 1) ** 2;
    return [...far, ...drawActor(actor, { x: lerp(x0 - 0.38, x0 + 0.38, t), y, angle: 3 * t }), ...near];
  };
};

export const orbitPost: Stager = ({ actor, prop, rng }) => {
  const start = rng.between(0, 2 * Math.PI);
  const turns = rng.between(1.1, 1.4);
  const top = rng.between(0.42, 0.5);
  const flat = rng.between(0.12, 0.22);
  return (t) => {
    const angle = start + turns * 2 * Math.PI * t;
    const actorNow = drawActor(actor, { x: 0.5 + 0.3 * Math.cos(angle), y: top + flat * Math.sin(angle) });
    const post = props.post(0.5, top, prop);
    return Math.sin(angle) < 0 ? [...actorNow, ...post] : [...post, ...actorNow];
  };
};

export const swallowedByBox: Stager = ({ actor, prop, rng }) => {
  const x = rng.between(0.4, 0.6);
  const from = x + rng.between(-0.2, 0.1);
  return (t) => {
    const fall = during(t, 0.05, 0.6);
    const { inside, front } = props.box(x, prop, 1 - ease(during(t, 0.6, 0.85)));
    const pose = { x: lerp(from, x, Math.sqrt(fall)), y: lerp(0.16, FLOOR - 0.1, fall * fall) };
    const actorNow = fall < 1 ? drawActor(actor, { ...pose, angle: 2 * fall }) : [];
    return [...inside, ...actorNow, ...front];
  };
};

export const knockOverBlock: Stager = ({ actor, prop, rng }) => {
  const x = rng.between(0.52, 0.62);
  const contact = x - props.BLOCK.half - actor.radius;
  const push = rng.between(0.05, 0.1);
  return (t) => {
    const at = lerp(0.12, contact, during(t, 0, 0.4)) + push * during(t, 0.4, 0.7);
    const tilt = (Math.PI / 2) * during(t, 0.4, 0.7) ** 1.6;
    const pose = { x: at, y: FLOOR - actor.radius, angle: at / actor.radius, steps: at * 8 };
    return [...props.block(x, prop, tilt), ...drawActor(actor, pose)];
  };
};

export const jumpOverBlock: Stager = ({ actor, prop, rng }) => {
  const x = rng.between(0.46, 0.54);
  const height = props.BLOCK.height + actor.radius * rng.between(0.9, 1.8);
  return (t) => {
    const jump = during(t, 0.15, 0.85);
    const at = lerp(x - 0.38, x + 0.38, t);
    const pose = { x: at, y: FLOOR - actor.radius - height * hop(jump), steps: t * 5 };
    return [...props.block(x, prop), ...drawActor(actor, pose)];
  };
};

export const pushBlock: Stager = ({ actor, prop, rng }) => {
  const from = rng.between(0.14, 0.24);
  const to = rng.between(0.58, 0.68);
  return (t) => {
    const at = lerp(from, to, t);
    const pose = { x: at, y: FLOOR - actor.radius, angle: actor.kind === "figure" ? 0.2 : 0, steps: t * 6 };
    return [...props.block(at + actor.radius + props.BLOCK.half, prop), ...drawActor(actor, pose)];
  };
};

export const swingFromCeiling: Stager = ({ actor, prop, rng }) => {
  const x0 = rng.between(0.42, 0.58);
  const length = rng.between(0.42, 0.56);
  const width = rng.between(0.7, 0.95);
  const start = rng.between(0, 2 * Math.PI);
  return (t) => {
    const angle = width * Math.cos(start + t * 1.5 * 2 * Math.PI);
    const x = x0 + length * Math.sin(angle);
    const y = 0.04 + length * Math.cos(angle);
    const rope = { ...prop, outline: null };
    const ceiling = props.solid("box", x0, 0.02, 0.3, 0.025, prop);
    return [ceiling, stroke([x0, 0.04], [x, y], 0.009, rope), ...drawActor(actor, { x, y, angle: -angle })];
  };
};

export const climbStairs: Stager = ({ actor, prop, rng }) => {
  const x0 = rng.between(0.24, 0.32);
  return (t) => {
    const step = Math.min(props.STEP.count, t * (props.STEP.count + 0.6));
    const whole = Math.floor(step);
    const x = x0 + props.STEP.run * (step - 0.5);
    const lift = props.STEP.rise * (whole + ease(step - whole)) + 0.05 * hop(step - whole);
    const pose = { x, y: FLOOR - actor.radius - lift, steps: step * 2 };
    return [...props.stairs(x0, prop), ...drawActor(actor, pose)];
  };
};

export const slideDownRamp: Stager = ({ actor, prop, rng }) => {
  const half = 0.36;
  const height = rng.between(0.4, 0.54);
  const slope = Math.atan2(height, 2 * half);
  return (t) => {
    const along = during(t, 0, 0.92) ** 1.4;
    const x = lerp(0.46 - half, 0.46 + half, along) + actor.radius * Math.sin(slope);
    const y = FLOOR - height * (1 - along) - actor.radius * Math.cos(slope);
    return [...props.ramp(0.46, half, height, prop), ...drawActor(actor, { x, y, angle: slope })];
  };
};

export const diveIntoTub: Stager = ({ actor, prop, rng }) => {
  const x = rng.between(0.42, 0.58);
  return (t) => {
    const fall = during(t, 0, 0.5);
    const splash = during(t, 0.45, 0.95);
    const { inside, front } = props.tub(x, prop);
    const bob = 0.03 * Math.sin(t * 12) * splash;
    const pose = { x: lerp(x - 0.25, x, fall), y: lerp(0.14, FLOOR - 0.1, fall * fall) + bob, angle: 2.5 * fall };
    const water = { ...prop, colour: [120, 185, 240] as const, outline: null };
    const drops = [-3, -2, -1, 1, 2, 3].map((i) =>
      props.solid(
        "disc",
        x + 0.09 * i * (0.4 + splash),
        FLOOR - 0.16 - 0.26 * hop(splash) * (1 - i * i * 0.06),
        0.02,
        0.026,
        water,
      ),
    );
    const flying = splash > 0 && splash < 1 ? drops : [];
    return [...inside, ...drawActor(actor, pose), ...front, ...flying];
  };
};

export const rideCart: Stager = ({ actor, prop }) => {
  const top = FLOOR - 0.14;
  return (t) => {
    const x = lerp(0.2, 0.8, t);
    return [...props.cart(x, top, t * 8, prop), ...drawActor(actor, { x, y: top - actor.radius })];
  };
};

export const squashedByPress: Stager = ({ actor, prop, rng }) => {
  const x = rng.between(0.42, 0.58);
  const strokes = rng.pick([1, 1.5]);
  return (t) => {
    const down = 0.5 - 0.5 * triangleWave(strokes * t + 0.5);
    const plate = lerp(FLOOR - 0.45, FLOOR - 0.8 * actor.radius, ease(down));
    const high = Math.min(1.3, (FLOOR - plate) / (2 * actor.radius));
    const pose = { x, y: FLOOR - actor.radius * high, high, wide: 1.3 / Math.sqrt(Math.max(0.4, high)) };
    return [
      ...drawActor(actor, pose),
      props.solid("box", x, plate - 0.04, 0.24, 0.04, prop),
      props.solid("box", x, (plate - 0.08) / 2, 0.04, (plate - 0.08) / 2, prop),
    ];
  };
};

export const passUnderBridge: Stager = ({ actor, prop, rng }) => {
  const x = rng.between(0.45, 0.55);
  return (t) => {
    const { far, near } = props.bridge(x, prop);
    const at = lerp(0.08, 0.92, t);
    const pose = { x: at, y: FLOOR - actor.radius, angle: actor.kind === "ball" ? at / actor.radius : 0, steps: 6 * t };
    return [...far, ...drawActor(actor, pose), ...near];
  };
};

export const parachute: Stager = ({ actor, prop, rng }) => {
  const x0 = rng.between(0.35, 0.6);
  const drift = rng.between(-0.15, 0.15);
  return (t) => {
    const x = x0 + drift * t + 0.03 * Math.sin(t * 8);
    const y = lerp(0.34, FLOOR - actor.radius, t);
    const cord = { ...prop, colour: [50, 50, 54] as const, outline: null };
    const top = y - 0.26;
    return [
      stroke([x - 0.16, top + 0.07], [x, y], 0.006, cord),
      stroke([x + 0.16, top + 0.07], [x, y], 0.006, cord),
      props.solid("dome", x, top, 0.18, 0.08, { ...prop, texture: "striped" }),
      ...drawActor(actor, { x, y }),
    ];
  };
};

export const hitByDart: Stager = ({ actor, prop, rng }) => {
  const x = rng.between(0.6, 0.72);
  const y = rng.between(0.38, 0.58);
  return (t) => {
    const flight = during(t, 0.05, 0.5);
    const shake = 0.03 * Math.sin(t * 50) * during(t, 0.5, 0.55) * (1 - during(t, 0.55, 0.9));
    const tip = lerp(0.2, x - actor.radius * 0.4, flight);
    const dart = { ...prop, colour: [40, 36, 36] as const, outline: null };
    return [
      ...drawActor(actor, { x: x + shake, y, wide: 1.3, high: 1.3 }),
      stroke([tip - 0.16, y], [tip, y], 0.011, dart),
      props.solid("diamond", tip - 0.17, y, 0.03, 0.04, prop),
    ];
  };
};
