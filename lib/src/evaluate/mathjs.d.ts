/** The part of mathjs that embedding-map.ts uses; the package's own types lie outside of its exports. */
declare module "mathjs" {
  /** Of a symmetric matrix: eigenvalues, and eigenvectors as columns in the same order. */
  export function eigs(matrix: readonly (readonly number[])[]): {
    readonly values: readonly number[];
    readonly vectors: readonly (readonly number[])[];
  };
}
