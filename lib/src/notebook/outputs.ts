/** Turns what a kernel shows while cells run into the cells' outputs. */
import { joinStreams, type Output, parseOutput } from "./document.js";
import type { Fields, Message } from "./kernel/message.js";

/** The outputs of one cell while it runs. */
interface Slot {
  outputs: { output: Output; displayId: string | undefined }[];
  clearBeforeNext: boolean;
}

/** Collects the outputs of a notebook's cells. */
export interface OutputCollector {
  /** Takes one message that belongs to a cell. */
  take(cell: number, message: Message): void;
  /** What a cell shows now. */
  outputsOf(cell: number): Output[];
}

/** Makes a collector. A display that is updated changes in every cell that shows it. */
export function createOutputCollector(): OutputCollector {
  const slots = new Map<number, Slot>();
  const slotOf = (cell: number): Slot => {
    const slot = slots.get(cell) ?? { outputs: [], clearBeforeNext: false };
    slots.set(cell, slot);
    return slot;
  };
  const update = (displayId: string | undefined, content: Fields) => {
    if (displayId === undefined) return;
    for (const slot of slots.values()) {
      for (const shown of slot.outputs) {
        if (shown.displayId !== displayId) continue;
        const [output] = parseOutput({ ...content, output_type: shown.output.output_type });
        shown.output = output ?? shown.output;
      }
    }
  };
  return {
    take: (cell, { type, content }) => {
      const slot = slotOf(cell);
      const displayId = displayIdOf(content);
      if (type === "clear_output") {
        if (content.wait === true) slot.clearBeforeNext = true;
        else slot.outputs = [];
        return;
      }
      update(displayId, content);
      for (const output of parseOutput({ ...content, output_type: type })) {
        if (slot.clearBeforeNext) slot.outputs = [];
        slot.clearBeforeNext = false;
        slot.outputs.push({ output, displayId });
      }
    },
    outputsOf: (cell) => joinStreams(slotOf(cell).outputs.map(({ output }) => output)),
  };
}

function displayIdOf({ transient }: Fields): string | undefined {
  const id = (transient as Fields | undefined)?.display_id;
  return typeof id === "string" ? id : undefined;
}
