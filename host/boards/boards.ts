/**
 * The boards that have a board file in `boards/`, as far as the host must know them. Figures are
 * from `boards.json` of microsoft/devicescript, chips from their data sheets.
 */
import { existsSync } from "node:fs"
import { UsageError } from "../errors.ts"
import { readTextInput } from "../files.ts"
import { nearest } from "../nearest.ts"

/** How a chip family boots and where the VM keeps its store. */
export interface Chip {
    /** As esptool names it. */
    name: string
    /** Where in flash the VM's image starts. */
    imageOffset: number
    /** Heap of the VM, in KB. */
    heapKB: number
}

/** A board. */
export interface BoardInfo {
    /** As DeviceScript names it; the board file is `boards/ID.ts`. */
    id: string
    name: string
    chip: Chip
    /** Pin of the heartbeat's LED and of its buzzer, as GPIO number. */
    led: number
    buzzer: number
    /** Where its pins are described. */
    pinout: string
    /** What else is known. */
    notes: string
}

/** Where the flash store lies in flash, on all of them. */
export const STORE_OFFSET = 0x1c0000
/** The file of a project that chooses its board, and its largest size. */
export const BOARD_INDEX = "boards/index.ts"
const MAX_INDEX_BYTES = 1 << 16
/** How that file does it. */
const CHOICE = /^export\b.*\bfrom\s*["']\.\/(\w+)(\.ts)?["']/m
/** The board of fiberd's own `boards/index.ts`, and of a project without that file. */
export const DEFAULT_BOARD = "esp32_devkit_c"

const ESP32: Chip = { name: "esp32", imageOffset: 0x1000, heapKB: 64 }
const ESP32C3: Chip = { name: "esp32c3", imageOffset: 0, heapKB: 64 }
const ESP32S2: Chip = { name: "esp32s2", imageOffset: 0x1000, heapKB: 40 }
const ESP32S3: Chip = { name: "esp32s3", imageOffset: 0, heapKB: 64 }

/** All boards, the default one first. */
export const BOARDS: readonly BoardInfo[] = [
    {
        id: DEFAULT_BOARD,
        name: "Espressif ESP32-DevKitC",
        chip: ESP32,
        led: 27,
        buzzer: 26,
        pinout: "https://docs.espressif.com/projects/esp-idf/en/latest/esp32/hw-reference/esp32/get-started-devkitc.html",
        notes: "its serial chip may garble at 1.5 Mbaud",
    },
    {
        id: "seeed_xiao_esp32c3",
        name: "Seeed Studio XIAO ESP32C3",
        chip: ESP32C3,
        led: 3,
        buzzer: 10,
        pinout: "https://wiki.seeedstudio.com/XIAO_ESP32C3_Getting_Started/",
        notes: "native USB",
    },
    {
        id: "feather_s2",
        name: "Unexpected Maker FeatherS2",
        chip: ESP32S2,
        led: 1,
        buzzer: 3,
        pinout: "https://feathers2.io/",
        notes: "its heap is too small for the whole firmware: docs/board.md; native USB",
    },
    {
        id: "esp32s3_devkit_m",
        name: "Espressif ESP32-S3-DevKitM-1",
        chip: ESP32S3,
        led: 5,
        buzzer: 6,
        pinout: "https://docs.espressif.com/projects/esp-idf/en/latest/esp32s3/hw-reference/esp32s3/user-guide-devkitm-1.html",
        notes: "the DevKitC-1, too",
    },
]

/** The board `id`. @throws UsageError naming the nearest one */
export function findBoard(id: string): BoardInfo {
    const board = BOARDS.find(board => board.id === id)
    if (board) return board
    const ids = BOARDS.map(board => board.id)
    const near = nearest(id, ids)
    const hint = near ? `did you mean ${near}?` : `there are ${ids.join(", ")}`
    throw new UsageError(`no board "${id}" (${hint})`)
}

/**
 * The board that the project in this folder is made for.
 * @throws UsageError when its `boards/index.ts` names no known one
 */
export function projectBoard(): BoardInfo {
    if (!existsSync(BOARD_INDEX)) return findBoard(DEFAULT_BOARD)
    const [, id] =
        CHOICE.exec(readTextInput(BOARD_INDEX, MAX_INDEX_BYTES)) ?? []
    const board = BOARDS.find(board => board.id === id)
    if (board) return board
    throw new UsageError(
        `"${BOARD_INDEX}" names none of the boards that \`fiberctl boards\` lists: --board is wanted`
    )
}
