/** Losses of a batch, as scalar tensors. */
import { type Tensor, tf } from "../nn/array.js";

/**
 * Mean cross-entropy of logits [B, K] against labels int32 [B] (torch.nn.functional.cross_entropy): the true class has
 * probability 1 - smoothing + smoothing / K, every other smoothing / K. Default: no smoothing.
 */
export function crossEntropy(logits: Tensor, labels: Tensor, smoothing = 0): Tensor {
  const classes = logits.shape[1]!;
  const certain = tf.cast(tf.oneHot(labels as tf.Tensor1D, classes), "float32");
  const target = tf.add(tf.mul(certain, 1 - smoothing), smoothing / classes);
  return softCrossEntropy(logits, target);
}

/** Mean cross-entropy of logits [B, K] against probabilities float32 [B, K] (timm's SoftTargetCrossEntropy). */
export function softCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), -1)));
}

/**
 * CLIP's symmetric contrastive loss on the logits [B, B] of B image-text pairs (Radford et al. 2021, figure 3). Pairs with
 * the same caption are all right answers: `same` [B, B] holds 1 where captions agree.
 */
export function contrastiveLoss(logits: Tensor, same: Tensor): Tensor {
  const target = tf.div(same, tf.sum(same, -1, true));
  const oneWay = (rows: Tensor): Tensor => tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(rows)), -1)));
  return tf.mul(tf.add(oneWay(logits), oneWay(tf.transpose(logits))), 0.5);
}
