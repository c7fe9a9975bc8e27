/**
 * The board that a program is built for by default. `--board NAME` of fiberctl replaces this file
 * with the board file of that name.
 */
export { startBoard } from "./esp32_devkit_c"
