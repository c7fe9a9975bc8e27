import { useEffect, useState } from "preact/hooks"
import { ask } from "./ask.ts"

/** What stands in place of an answer that has not come. */
const ASKING = "Asking the board …"

/** An answer of the server, or why there is none. */
export interface Answer<T> {
    value?: T
    problem?: string
    /** Puts a newer one in its place. */
    set: (value: T) => void
    refresh: () => void
}

/** Asks about a board now, and again each `everyMs`, if it is given. */
export function useAnswer<T>(
    board: string,
    question: string,
    everyMs?: number
): Answer<T> {
    const [value, set] = useState<T>()
    const [problem, setProblem] = useState<string | undefined>(ASKING)
    const [count, setCount] = useState(0)
    useEffect(() => {
        let isCurrent = true
        const load = async () => {
            try {
                const answer = await ask<T>(board, question)
                if (!isCurrent) return
                set(answer)
                setProblem(undefined)
            } catch (error) {
                if (isCurrent) setProblem((error as Error).message)
            }
        }
        void load()
        const timer = everyMs && setInterval(() => void load(), everyMs)
        return () => {
            isCurrent = false
            clearInterval(timer)
        }
    }, [board, question, count])
    return { value, problem, set, refresh: () => setCount(count + 1) }
}
