import type { SupervisionOptions } from "./options"

/** What holds for a task whose options say nothing else, in ms where it is a time. */
export const DEFAULTS: SupervisionOptions = {
    restart: "never",
    delay: 1_000,
    maxDelay: 60_000,
    healthy: 60_000,
    maxRestarts: 5,
    window: 120_000,
    grace: 2_000,
}

/** Most tasks of a registry, children included. */
export const MAX_TASKS = 64
/** Longest name of a task in characters, and of the last part of a child's name. */
export const MAX_NAME_CHARS = 24
/** Longest name of a child with those of its parents. */
export const MAX_FULL_NAME_CHARS = 48
/** Most names in `requires` and in `after`, and most arguments of a body. */
export const MAX_ITEMS = 8
/** Most cleanups that one run may have deferred at a time. */
export const MAX_CLEANUPS = 16
/** Most figures of its own that a task may show with its statistics; more are left out. */
export const MAX_FIGURES = 16
/** Lines of the log among which the last one of a task is looked for. */
export const MAX_STATUS_LINES = 100
/** Largest `maxRestarts`. */
export const MAX_RESTARTS = 100
/** Longest kept message of an error, in characters. */
export const MAX_ERROR_CHARS = 120
/** Longest result in the text form, in characters. */
export const MAX_RESULT_CHARS = 40
/** Longest time an option takes: 24 days, so that sums stay within the VM's 32-bit timer. */
export const MAX_MS = 0x7fffffff
/** Shortest period of a schedule and of a watchdog, in ms. */
export const MIN_PERIOD_MS = 1
/** How long a body that goes on after `TaskStopped` is put to sleep at each further wait, in ms. */
export const IGNORED_STOP_MS = 20
/** Most near names in the error about an unknown one. */
export const MAX_NEAR_NAMES = 3
/** A start is short, unless it lasts this long, in ms. */
export const STABLE_MS = 30_000
/** After so many short starts in a row only core tasks run. */
export const MAX_SHORT_STARTS = 5
