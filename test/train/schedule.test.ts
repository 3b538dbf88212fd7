import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { optimiserOf } from "vghif/dist/parity/adamw.js";
import { openCase } from "vghif/dist/parity/case.js";
import { learningRate } from "vghif/dist/train/schedule.js";
import { absent, sharedDir } from "../shared.js";

interface Official {
  readonly lr_per_step_per_group: number[][];
  readonly long_schedule: {
    LR: number;
    EPOCHS: number;
    WARMUP_EPOCHS: number;
    n_iter_per_epoch: number;
    lr: number[][];
  };
}

describe("learning-rate schedule", () => {
  it("runs steps 0 and 1 at 0, warms up linearly, then follows a cosine counted from step 0", () => {
    const schedule = { steps: 10, warmupSteps: 2, minLr: 0.01 };
    const rates = Array.from({ length: 12 }, (_, step) => learningRate(schedule, 1, step));
    assert.deepEqual(rates.slice(0, 3), [0, 0, 0.5]);
    assert.ok(Math.abs(rates[3]! - (0.01 + 0.495 * (1 + Math.cos(0.2 * Math.PI)))) < 1e-12);
    assert.equal(rates[11], 0.01);
    assert.equal(learningRate({ ...schedule, warmupSteps: 0 }, 1, 0), 1);
  });

  for (const name of ["adamw-xclip-a", "adamw-vifi-a"]) {
    it(`equals every rate of ${name}, short and long`, async (t) => {
      const dir = sharedDir(`goldens/${name}`);
      if (!dir) return t.skip(absent(`goldens/${name}`));
      const parityCase = await openCase(dir);
      const official = parityCase.config as unknown as Official;
      const { groups, schedule } = optimiserOf(parityCase);
      for (const [step, row] of official.lr_per_step_per_group.entries()) {
        for (const [at, rate] of row.entries()) assertNear(learningRate(schedule, groups[at]!.lr, step), rate);
      }
      const { LR, EPOCHS, WARMUP_EPOCHS, n_iter_per_epoch: perEpoch, lr } = official.long_schedule;
      const long = { steps: EPOCHS * perEpoch, warmupSteps: WARMUP_EPOCHS * perEpoch, minLr: LR / 100 };
      const last = name === "adamw-xclip-a" ? 10 * LR : LR;
      assert.ok(lr.length >= long.steps);
      for (const [step, [first, final]] of lr.entries()) {
        assertNear(learningRate(long, LR, step), first!);
        assertNear(learningRate(long, last, step), final!);
      }
    });
  }
});

function assertNear(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-12 * Math.max(1e-3, Math.abs(expected)),
    `${actual}, expected ${expected}`,
  );
}
