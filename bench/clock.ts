/** Milliseconds on the monotonic clock that all processes of this machine share. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6
