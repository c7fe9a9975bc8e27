/**
 * The board that a program is built for. `--board NAME` of fiberctl puts the board file of that
 * name in place of this one; without it this one counts.
 */
export { startBoard } from "./esp32_devkit_c"
