/** Class scores of batches by a recogniser that is trained: compiled where towers take part, else op by op. */
import { type Bound, type Compiled, compile } from "../engine/compile/compile.js";
import { compiles } from "../engine/index.js";
import { type Params, type Tensor, tf } from "../nn/array.js";
import type { TensorRecord } from "../train/step.js";
import { isPixels, type Learner, type VideoBatch } from "./learner.js";

type Inputs = { trained: TensorRecord; video: Tensor };

/** The parameters stay where the program runs; what it does not return stays as it is. */
type Outputs = { trained: TensorRecord; logits: Tensor };

/** Compiled where towers take part in scoring; a frozen tower's tokens are scored op by op, which costs little. */
export class Scorer {
  private program: Compiled<Inputs, Outputs> | null = null;
  private bound: Bound<Inputs, Outputs, "trained"> | null = null;

  constructor(
    private readonly learner: Learner,
    private readonly trained: Params,
  ) {}

  /** A row of class scores a video; all batches of pixels must have the first one's size. */
  async logits(video: VideoBatch["video"]): Promise<number[][]> {
    if (!isPixels(video) || !compiles()) {
      const logits: Tensor = tf.tidy(() => this.learner.logits(this.trained, video));
      const rows = (await logits.array()) as number[][];
      logits.dispose();
      return rows;
    }
    const { data, shape } = (await (await this.bind(video)).step({ video })).logits;
    const [rows, classes] = shape as [number, number];
    return Array.from({ length: rows }, (_, row) => [...data.slice(row * classes, (row + 1) * classes)]);
  }

  private async bind(video: Tensor): Promise<Bound<Inputs, Outputs, "trained">> {
    if (this.bound) return this.bound;
    const trained = { ...this.trained };
    this.program = await compile<Inputs, Outputs>(
      (inputs) => ({ logits: this.learner.logits(inputs.trained, inputs.video) }) as Outputs,
      { trained, video },
    );
    this.bound = await this.program.bind({ trained });
    return this.bound;
  }

  async dispose(): Promise<void> {
    this.bound?.release();
    await this.program?.retire();
  }
}
