import { useEffect, useRef, useState } from "preact/hooks"
import { ask } from "./ask.ts"

/** What stands in place of an answer that has not come. */
const ASKING = "Asking the board …"

/** An answer of the server, or why there is none. */
export interface Answer<T> {
    value?: T
    problem?: string
    /** Puts a newer one in its place. */
    set: (value: T) => void
}

/** Asks about a board now, and again `everyMs` after each answer, if that is given. */
export function useAnswer<T>(
    board: string,
    question: string,
    everyMs?: number
): Answer<T> {
    const [value, setValue] = useState<T>()
    const [problem, setProblem] = useState<string | undefined>(ASKING)
    // an answer to what was asked before a change would undo it on the page
    const changes = useRef(0)
    useEffect(() => {
        let isCurrent = true
        let timer: ReturnType<typeof setTimeout> | undefined
        const load = async () => {
            const known = changes.current
            try {
                const answer = await ask<T>(board, question)
                if (!isCurrent) return
                if (known === changes.current) setValue(answer)
                setProblem(undefined)
            } catch (error) {
                if (isCurrent) setProblem((error as Error).message)
            }
            if (isCurrent && everyMs)
                timer = setTimeout(() => void load(), everyMs)
        }
        void load()
        return () => {
            isCurrent = false
            clearTimeout(timer)
        }
    }, [board, question])
    const set = (answer: T) => {
        changes.current++
        setValue(answer)
    }
    return { value, problem, set }
}
