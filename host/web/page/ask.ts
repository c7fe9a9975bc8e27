import type { Failure } from "../protocol.ts"

/** Asks the server about a board. @throws Error with the board's or the server's own words */
export async function ask<T>(
    board: string,
    question: string,
    query: Record<string, string> = {}
): Promise<T> {
    const words = new URLSearchParams(query).toString()
    const path = `api/boards/${board}/${question}`
    return read<T>(await fetch(words ? `${path}?${words}` : path))
}

/** Asks the server to change something on a board. @throws as `ask` */
export async function act<T>(
    board: string,
    action: string,
    body: Record<string, unknown> = {}
): Promise<T> {
    const response = await fetch(`api/boards/${board}/${action}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
    })
    return read<T>(response)
}

async function read<T>(response: Response): Promise<T> {
    const answer = (await response.json()) as T | Failure
    if (response.ok) return answer as T
    throw new Error((answer as Failure).error.message)
}
