import type { EventEmitter } from "node:events"
import type { Board, BoardEvents } from "../../client/index.ts"

/** A board's client as others see it. */
export type BoardClient = EventEmitter<BoardEvents> &
    Omit<Pick<Board, keyof Board>, keyof EventEmitter | "textFilter">
