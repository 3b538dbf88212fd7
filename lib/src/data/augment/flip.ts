/** Mirrors pictures left to right (mmcv `imflip_`, horizontal). */

/** Mirrors RGB pictures one below the other, [rows, width, 3], in place. */
export function flipRows(data: Uint8Array, width: number): void {
  const rowLength = width * 3;
  for (let row = 0; row < data.length; row += rowLength) {
    for (let left = row, right = row + rowLength - 3; left < right; left += 3, right -= 3) {
      for (let c = 0; c < 3; c++) {
        const value = data[left + c]!;
        data[left + c] = data[right + c]!;
        data[right + c] = value;
      }
    }
  }
}
