/** All actions by name. */
import type { Stager } from "./action.js";
import * as alone from "./actions-alone.js";
import * as pairs from "./actions-pairs.js";
import * as things from "./actions-things.js";

export const ACTIONS = { ...alone, ...pairs, ...things } as const satisfies Record<string, Stager>;

export type ActionName = keyof typeof ACTIONS;

export const ACTION_NAMES = Object.keys(ACTIONS).sort() as ActionName[];
