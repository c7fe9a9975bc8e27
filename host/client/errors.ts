/** The board refused or failed: `name` is the board's own word for why. */
export class RemoteError extends Error {
    constructor(name: string, message: string) {
        super(message)
        this.name = name
    }

    /** 3 for a task, file or device that does not exist, else 1. */
    get exitCode(): number {
        return /^(UnknownTask|NoSuch)/.test(this.name) ? 3 : 1
    }
}

/** No board, or no simulator, is where it was looked for. */
export class NoBoardError extends Error {
    readonly exitCode = 3
    constructor(problem: string) {
        super(problem)
        this.name = "NoBoardError"
    }
}

/** The board did not answer in time. */
export class TimedOutError extends Error {
    readonly exitCode = 4
    constructor(problem: string) {
        super(problem)
        this.name = "TimedOutError"
    }
}
