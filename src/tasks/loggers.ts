import { Logger, serviceMark, ServiceLogger } from "../log"
import type { Task } from "./task"

/** The logger of a task, which takes little heap until the task logs. */
export function makeLogger(task: Task): ServiceLogger {
    return new Logger(task.supervisor.unused, logName(task.name))
}

/** The name of a task as its topic has it: one admits no "@", so `name@1` logs as `name-1`. */
function logName(name: string): string {
    return name.includes("@") ? name.split("@").join("-") : name
}

/** The mark that the log puts before the lines of a task. */
export function logMark(name: string): string {
    return serviceMark(logName(name))
}
