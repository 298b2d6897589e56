/** For contexts whose test is not about what is told to the cloud. */
export const noRecording = {
  status: async () => ({ outbox: undefined, exposures: { off: 'DO_NOT_TRACK is set' } }),
};
