/** Bytes of heap that `programs/probe.ts` takes at a time, and prints a mark for. */
export const BLOCK_BYTES = 60
/** The VM's panic when its heap is full. */
export const OUT_OF_MEMORY = 60004
