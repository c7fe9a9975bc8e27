// TypeScript as a library: it is loaded when it is there, and answers from a process of its own.
import type { ChildProcess } from "node:child_process"
import { resolve } from "node:path"
import type { API, Project } from "typescript/unstable/sync"

/** What is used of TypeScript's library. */
export type TypeScript = NonNullable<Awaited<ReturnType<typeof loadTypeScript>>>

/** The API's processes that wait for the next question, by the path of the project's file. */
const waiting = new Map<string, API>()

/** TypeScript's API, if the TypeScript that is installed has it. */
export async function loadTypeScript() {
    try {
        const { API, SignatureKind, SymbolFlags, TypeFlags } =
            await import("typescript/unstable/sync")
        const is = await import("typescript/unstable/ast/is")
        const {
            NumberLike,
            StringLike,
            BooleanLike,
            Object: OBJECT,
        } = TypeFlags
        const { Optional: OPTIONAL } = SymbolFlags
        const { Call: CALL } = SignatureKind
        const PRIMITIVE = NumberLike | StringLike | BooleanLike
        return { ...is, API, PRIMITIVE, OBJECT, OPTIONAL, CALL }
    } catch {
        return undefined
    }
}

/**
 * Asks TypeScript about the project of a tsconfig file. Its API is marked unstable: where it fails,
 * the answer is `unknown`.
 * @param isKept the process that answers lives on for the next question
 */
export function askProject<T>(
    ts: TypeScript,
    config: string,
    isKept: boolean,
    unknown: T,
    question: (project: Project) => T
): T {
    const path = resolve(config)
    const kept = waiting.get(path)
    waiting.delete(path)
    for (const known of kept ? [kept, undefined] : [undefined])
        try {
            return askProcess(known)
        } catch {
            // one that was kept may have ended meanwhile
        }
    return unknown

    function askProcess(known: API | undefined): T {
        const api = known ?? new ts.API()
        let isAnswered = false
        try {
            const snapshot = known
                ? lookAgain(api, path)
                : api.updateSnapshot({ openProjects: [config] })
            const answer = question(snapshot.getProjects()[0]!)
            snapshot.dispose()
            isAnswered = true
            return answer
        } finally {
            if (isAnswered && isKept) waiting.set(path, api)
            else endSilently(api)
        }
    }
}

/** Has the files of a project read again that have changed, and the list of them made. */
function lookAgain(api: API, config: string) {
    api.updateSnapshot({ fileChanges: { changed: [config] } })
    api.clearSourceFileCache()
    return api.updateSnapshot({ fileChanges: { invalidateAll: true } })
}

/** Ends the process behind the API before it is asked to, which it would comment on stderr. */
function endSilently(api: API): void {
    const { client } = api as unknown as {
        client?: { channel?: { child?: ChildProcess } }
    }
    client?.channel?.child?.kill("SIGKILL")
    api.close()
}
