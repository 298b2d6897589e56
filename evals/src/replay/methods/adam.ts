const rate = 0.05;
const [keepMean, keepSquare] = [0.9, 0.99];

/**
 * Moves `parameters` down a gradient that is computed whole in each round (Kingma and Ba, Adam, ICLR 2015).
 * @param gradientInto writes the gradient at the parameters as they stand.
 */
export function adam(parameters: Float64Array, rounds: number, gradientInto: (gradient: Float64Array) => void): void {
  const gradient = new Float64Array(parameters.length);
  const mean = new Float64Array(parameters.length);
  const square = new Float64Array(parameters.length);
  for (let round = 1; round <= rounds; round++) {
    gradientInto(gradient);
    const meanScale = 1 / (1 - keepMean ** round);
    const squareScale = 1 / (1 - keepSquare ** round);
    for (let at = 0; at < parameters.length; at++) {
      const slope = gradient[at]!;
      mean[at] = keepMean * mean[at]! + (1 - keepMean) * slope;
      square[at] = keepSquare * square[at]! + (1 - keepSquare) * slope * slope;
      parameters[at]! -= (rate * mean[at]! * meanScale) / (Math.sqrt(square[at]! * squareScale) + 1e-8);
    }
  }
}
