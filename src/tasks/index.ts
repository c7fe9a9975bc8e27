export {
    failureText,
    TASK_ERROR,
    TaskStopped,
    UNKNOWN_TASK_ERROR,
} from "./errors"
export { BootJournal } from "./journal"
export * from "./options"
export { TaskRegistry } from "./registry"
export type { DeviceStats, Summary, TaskStats, TaskStatus } from "./status"
export { span, statusText } from "./status-text"
