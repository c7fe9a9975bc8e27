import { escapeControls } from "../platform"

/**
 * A handler of this name is there already.
 * @devsWhenUsed
 */
export class HandlerExistsError extends Error {
    constructor(readonly handlerName: string) {
        super(`log handler "${handlerName}" exists already`)
        this.name = "HandlerExistsError"
    }
}

/** No handler has this name; the message lists those there are. */
export class UnknownHandlerError extends Error {
    constructor(
        readonly handlerName: string,
        known: string[]
    ) {
        super(
            `no log handler "${handlerName}"; there are: ${known.join(", ") || "none"}`
        )
        this.name = "UnknownHandlerError"
    }
}

/**
 * A level specification that does not parse. It is refused as a whole.
 * @devsWhenUsed
 */
export class LevelSpecError extends Error {
    constructor(
        /** The specification. */
        readonly spec: string,
        /** Where the fault is: index of its first character. */
        readonly at: number,
        problem: string
    ) {
        super(
            `level specification "${escapeControls(spec)}", character ${at + 1}: ${escapeControls(problem)}`
        )
        this.name = "LevelSpecError"
    }
}
