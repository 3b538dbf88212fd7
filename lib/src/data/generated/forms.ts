/**
 * The forms that a shape can have, as signed distance functions: negative inside, in units of length on the stage.
 * Written from the geometry; Inigo Quilez's "2D distance functions" is the well-known collection.
 */

export type Form =
  | "disc"
  | "box"
  | "triangle"
  | "diamond"
  | "hexagon"
  | "star"
  | "cross"
  | "ring"
  | "half-ring-left"
  | "half-ring-right"
  | "capsule"
  | "dome"
  | "ramp"
  | "ramp-mirrored";

const MIRRORED: Readonly<Partial<Record<Form, Form>>> = {
  "half-ring-left": "half-ring-right",
  "half-ring-right": "half-ring-left",
  ramp: "ramp-mirrored",
  "ramp-mirrored": "ramp",
};

/** The form seen in a mirror that swaps left and right. */
export function mirrored(form: Form): Form {
  return MIRRORED[form] ?? form;
}

/** Share of the radius that a ring's band takes. */
const RING_BAND = 0.3;
const HOOP_BAND = 0.14;

/**
 * Signed distance of a point to a form that is centred at 0 and reaches from (-sx, -sy) to (sx, sy). Exact for boxes,
 * capsules and round forms; for polygons and stretched ones near enough for a one-pixel soft edge.
 */
export function distanceTo(form: Form, x: number, y: number, sx: number, sy: number): number {
  const u = x / sx;
  const v = y / sy;
  const least = Math.min(sx, sy);
  switch (form) {
    case "disc":
      return (Math.sqrt(u * u + v * v) - 1) * least;
    case "box":
      return boxDistance(x, y, sx, sy);
    case "triangle":
      return Math.max((Math.abs(u) * 2 - v - 1) * 0.447, v - 1) * least;
    case "diamond":
      return (Math.abs(u) + Math.abs(v) - 1) * Math.SQRT1_2 * least;
    case "hexagon":
      return (Math.max(Math.abs(u) * 0.5 + Math.abs(v) * 0.866, Math.abs(u)) - 0.92) * least;
    case "star":
      return starDistance(u, v) * least;
    case "cross":
      return Math.min(boxDistance(u, v, 1, 0.36), boxDistance(u, v, 0.36, 1)) * least;
    case "ring":
      return (Math.abs(Math.sqrt(u * u + v * v) - 1 + RING_BAND / 2) - RING_BAND / 2) * least;
    case "half-ring-left":
      return Math.max(hoopDistance(u, v) * least, x);
    case "half-ring-right":
      return Math.max(hoopDistance(u, v) * least, -x);
    case "capsule": {
      const along = Math.max(0, Math.abs(x) - (sx - sy));
      return Math.sqrt(along * along + y * y) - sy;
    }
    case "dome":
      return Math.max((Math.sqrt(u * u + (v - 1) * (v - 1) * 0.25) - 1) * least, y - sy);
    case "ramp":
      // Right-angled: high on the left, the corner at the bottom left.
      return Math.max((u - v) * Math.SQRT1_2 * least, -x - sx, y - sy);
    case "ramp-mirrored":
      return distanceTo("ramp", -x, y, sx, sy);
  }
}

function boxDistance(x: number, y: number, sx: number, sy: number): number {
  const dx = Math.abs(x) - sx;
  const dy = Math.abs(y) - sy;
  if (dx <= 0 || dy <= 0) return Math.max(dx, dy);
  return Math.sqrt(dx * dx + dy * dy);
}

/** An upright hoop's rim is thin against its height; the ellipse is narrow, so its band is measured along u and v. */
function hoopDistance(u: number, v: number): number {
  return Math.abs(Math.sqrt(u * u + v * v) - 1 + HOOP_BAND) - HOOP_BAND;
}

/** Five points: folds the plane to one half of one point, then the distance to that edge's line. */
function starDistance(u: number, v: number): number {
  const radius = Math.sqrt(u * u + v * v);
  const fifth = (2 * Math.PI) / 5;
  const angle = Math.atan2(u, -v);
  const folded = Math.abs(angle - fifth * Math.round(angle / fifth));
  const x = radius * Math.sin(folded);
  const y = radius * Math.cos(folded);
  // The edge runs from the tip (0, 1) to the notch at half the radius, 36 degrees away.
  const notchX = 0.46 * Math.sin(fifth / 2);
  const notchY = 0.46 * Math.cos(fifth / 2);
  const length = Math.hypot(notchX, 1 - notchY);
  return (x * (1 - notchY) + (y - 1) * notchX) / length;
}
