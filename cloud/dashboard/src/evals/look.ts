/** How a state is shown: a shape and a word, so that colour is never alone. */
export interface Look {
  sign: string;
  word: string;
  class: string;
}
