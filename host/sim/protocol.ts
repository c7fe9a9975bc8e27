import type { FlashCounts } from "../flash/index.ts"

/** A request to the build process. */
export interface BuildJob {
    main: string
    /** The folder for what it makes. */
    output: string
    /** Its file takes the place of the one that chooses a board. */
    board?: string
    /** Whether the image goes through the optimiser. */
    optimise: boolean
}

/** The answer of the build process. */
export type BuildAnswer =
    | { isBuilt: true }
    /**
     * `problem`: the compiler's messages, a line each. `refused`: the file that the system refused
     * to read or write, and why; undefined for a fault of the program. `inputs`: the files that it
     * looked at, there or not, with their hashes.
     */
    | {
          isBuilt: false
          problem: string
          refused: string | undefined
          inputs: Record<string, string>
      }

/** What the VM process needs to know before it starts the VM. */
export interface VmGo {
    type: "go"
    /** Port of the bus on 127.0.0.1. */
    busPort: number
    /** The image of the flash store: read at start, replaced at each write. */
    flashFile: string
    /** 16 hex digits. */
    deviceId: string
    /** Cut the power (SIGKILL) right after this many flash writes of this process. */
    cutAfterWrite?: number
    /** Skip the time that the VM waits before it starts the program. */
    fastBoot?: boolean
    /** Spare the program its waits until its first line. */
    spareWaits?: boolean
}

/** Messages of the VM process. */
export type VmMessage =
    /** The VM is loaded; "go" may come. */
    | { type: "ready" }
    /** Lines of the VM's own log, its console among them. */
    | { type: "lines"; lines: string[] }
    | ({ type: "flash" } & FlashCounts)
    | { type: "panic"; code: number }
    /**
     * The process has run for another `ms`, not counting when others had its CPU, and takes
     * `memory` bytes.
     */
    | { type: "ran"; ms: number; memory: number }
    /** The board cannot go on, as when its flash cannot be written; the process ends. */
    | { type: "fault"; problem: string }
