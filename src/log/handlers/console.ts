import { Handler } from "../handler"
import { DEBUG, ERROR, WARNING } from "../levels"
import { LogRecord } from "../record"

/**
 * Writes lines to the VM's console, by the console's own method for the severity. The VM
 * marks them: `! ` error and worse, `* ` warning, `> ` notice and info, `? ` debug and trace.
 * @devsWhenUsed
 */
export class ConsoleHandler implements Handler {
    emit(record: LogRecord, line: string): void {
        const { level } = record
        if (level <= ERROR) console.error(line)
        else if (level === WARNING) console.warn(line)
        else if (level >= DEBUG) console.debug(line)
        else console.log(line)
    }
}
