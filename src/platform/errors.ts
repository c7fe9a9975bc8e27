/** An Error with another name. No class, since one takes 84 bytes of heap. */
export function namedError(name: string, message: string): Error {
    return named(name, new Error(message))
}

/** A RangeError with another name. */
export function rangeError(name: string, message: string): Error {
    return named(name, new RangeError(message))
}

function named(name: string, error: Error): Error {
    error.name = name
    return error
}
