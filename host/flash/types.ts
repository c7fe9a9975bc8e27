// Types of the flash map, in a file of their own so that the browser's page can import them, too.

/** A piece of the flash store. */
export interface FlashPiece {
    key: string
    /** What lies there. */
    kind: "log" | "setting" | "task" | "boot" | "config" | "program" | "other"
    offset: number
    size: number
    /** False for what a later value of the same key has replaced. */
    isLive: boolean
}

/** What flash went through in some time. */
export interface FlashCounts {
    /** Times the image changed: one per write of the device, one more per compaction. */
    writes: number
    /** Bytes programmed. */
    bytes: number
    /** Pages erased. */
    erases: number
}

/** What lies where in a flash store, and how long it lasts. */
export interface FlashMap {
    /**
     * Of a board whose store nobody can read: keys and sizes are what the board tells, places
     * are those after the next compaction, erases are those that these bytes cause.
     */
    isComputed: boolean
    storeBytes: number
    areaBytes: number
    /** Start of the area in force. */
    area: number
    /** Header and entries, from the start of the area. */
    tableBytes: number
    freeBytes: number
    pieces: FlashPiece[]
    counts: FlashCounts
    /** How long these were counted, in ms. */
    countedMs: number
    /** Years until the pages are worn out at this rate; undefined while that is not known. */
    years?: number
}
