/** The part of jstat that statistics.ts and bootstrap.ts use; the package ships no types. */
declare module "jstat" {
  export const jStat: {
    readonly studentt: {
      /** P(T <= t) with `df` degrees of freedom. */
      cdf(t: number, df: number): number;
      /** The t with P(T <= t) = p. */
      inv(p: number, df: number): number;
    };
    readonly normal: {
      /** P(X <= x) of a normal with this mean and standard deviation. */
      cdf(x: number, mean: number, sd: number): number;
    };
    mean(values: readonly number[]): number;
    /** Standard deviation; of a sample (n - 1) where `sample` is true. */
    stdev(values: readonly number[], sample: boolean): number;
  };
}
