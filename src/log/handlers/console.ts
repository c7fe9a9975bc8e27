import { printLine } from "../../platform"
import { Handler } from "../handler"
import { Level } from "../levels"
import { LogRecord } from "../record"
import { firstBytes } from "../text"

/** Most bytes of a line on the console: the VM cuts at 296, its mark and the line end included. */
export const CONSOLE_BYTES = 280
/** Begins a line that continues the one before. */
export const CONSOLE_MORE = "... "
/** The VM's mark for each level. */
const MARKS = "!!!!*>>??"

/**
 * Writes lines to the VM's console, by the console method for the severity. The VM marks them:
 * `! ` error and worse, `* ` warning, `> ` notice and info, `? ` debug and trace. A line of more
 * than CONSOLE_BYTES continues in further lines, which begin with CONSOLE_MORE.
 * @devsWhenUsed
 */
export class ConsoleHandler implements Handler {
    emit(record: LogRecord, line: string): void {
        const { level } = record
        while (line.byteLength > CONSOLE_BYTES) {
            const part = firstBytes(line, CONSOLE_BYTES)
            write(level, part)
            line = CONSOLE_MORE + line.slice(part.length)
        }
        write(level, line)
    }
}

function write(level: Level, line: string): void {
    printLine(MARKS.charCodeAt(level), line)
}
