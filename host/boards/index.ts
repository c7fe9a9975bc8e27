export {
    BOARD_INDEX,
    type BoardInfo,
    BOARDS,
    type Chip,
    DEFAULT_BOARD,
    findBoard,
    projectBoard,
    STORE_OFFSET,
} from "./boards.ts"
export { findRuntime, RELEASE, runtimeFile, runtimeUrl } from "./runtime.ts"
export { type BoardImage, makeImage } from "./image.ts"
