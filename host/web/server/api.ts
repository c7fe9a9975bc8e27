import { RemoteError, TimedOutError } from "../../client/index.ts"
import { isSecret } from "../../env/index.ts"
import { FirmwareError, UsageError } from "../../errors.ts"
import { pushFile, readState } from "../../ota/index.ts"
import { isSecretKey } from "../../../src/settings/check.ts"
import { findRule } from "../../../src/settings/schema.ts"
import { PART_TABLES } from "../../settings/index.ts"
import {
    type ConfigView,
    SIMULATOR_ACTIONS,
    type SettingView,
    TASK_VERBS,
} from "../protocol.ts"
import type { Session } from "./session.ts"

/** Longest wait for the verdict on a configuration: the board restarts and proves it, in ms. */
const PUSH_TIMEOUT_MS = 10 * 60_000
/** What replaces a secret. */
const MASK = "***"
/** A request that makes no sense, or names what does not exist. */
export class RequestError extends Error {
    readonly status: number
    constructor(status: number, message: string) {
        super(message)
        this.name = "RequestError"
        this.status = status
    }
}

/** The body of a request: an object of JSON, which nobody has checked. */
export type Body = Record<string, unknown>

/** What is asked of a board by GET. */
export const QUESTIONS: Record<
    string,
    (session: Session, query: URLSearchParams) => unknown
> = {
    settings,
    config: session => config(session),
    flash: ({ flash }) => {
        const map = flash.read()
        if (typeof map === "string") throw new RequestError(404, map)
        return map
    },
    options: async ({ board }, query) =>
        (await board.options(text(query.get("task"), "task")))[0],
    source: ({ sources }, query) => {
        const source = sources.source(text(query.get("path"), "path"))
        if (!source) throw new RequestError(404, "no such source")
        return source
    },
}

/** What is done to a board by POST. */
export const ACTIONS: Record<
    string,
    (session: Session, body: Body) => Promise<unknown>
> = {
    task: ({ board }, { verb, name }) => {
        const known = oneOf(TASK_VERBS, verb, "verb")
        return board[known](text(name, "name"))
    },
    settings: async (session, { changes }) => {
        if (typeof changes !== "object" || changes === null)
            throw new RequestError(400, "changes: an object is wanted")
        await session.board.set(
            Object.fromEntries(
                Object.entries(changes).map(([key, value]) => [
                    key,
                    value === null ? undefined : text(value, key),
                ])
            )
        )
        return settings(session)
    },
    level: ({ board }, { spec }) => board.setLevels(text(spec, "spec")),
    time: ({ board }, { unixMs }) =>
        board.setTime(typeof unixMs === "number" ? unixMs : Date.now()),
    "safe-mode": ({ board }, { on }) => board.safeMode(on === true),
    reboot: ({ board }) => board.reboot(),
    push: (session, { name, file }) =>
        push(session, text(name, "name"), text(file, "file")),
    simulator: ({ simulated }, { action }) => {
        if (!simulated)
            throw new RequestError(404, "this board is not simulated")
        return simulated.act(oneOf(SIMULATOR_ACTIONS, action, "action"))
    },
}

/** The status, name and message of what went wrong. */
export function failureOf(error: unknown): [number, string, string] {
    const { name, message } = error as Error
    const status =
        error instanceof RequestError
            ? error.status
            : error instanceof TimedOutError
              ? 504
              : error instanceof RemoteError
                ? 409
                : error instanceof UsageError || error instanceof RangeError
                  ? 400
                  : error instanceof FirmwareError
                    ? 409
                    : 500
    return [status, name, message]
}

/** The settings with their form; a secret has left the board as a mask, if at all. */
async function settings({ board, sources }: Session): Promise<SettingView[]> {
    // where the build of the program is not known, its own settings are edited as text
    const tables = [...sources.settingTables(), ...PART_TABLES]
    return (await board.settings()).map(setting => {
        const { key, text } = setting
        const found = findRule(tables, key)
        const hidden =
            text === MASK || isSecretKey(key, { tables }) || isSecret("", text)
        const rule = found && {
            kind: found.kind,
            limits: found.limits.split(" ").filter(Boolean),
            fallback: hidden ? "" : found.fallback,
            doc: found.doc,
        }
        return {
            ...setting,
            text: hidden && text !== "" ? MASK : text,
            isSecret: hidden,
            rule,
        }
    })
}

async function config(session: Session): Promise<ConfigView> {
    const state = await readState(session.board).catch((error: Error) => {
        if (error.name !== "UnsupportedError") throw error
        throw new RequestError(
            404,
            "This program takes no configuration over the air (docs/ota.md)."
        )
    })
    const now = { at: Date.now(), ...state }
    session.see(now)
    return { now, history: session.versions }
}

/** Brings a signed file, in base64, to the board. @returns the verdict */
async function push(
    session: Session,
    name: string,
    base64: string
): Promise<unknown> {
    return pushFile(
        session.board,
        { name, bytes: Buffer.from(base64, "base64") },
        state => session.see({ at: Date.now(), ...state }),
        PUSH_TIMEOUT_MS
    )
}

function text(value: unknown, name: string): string {
    if (typeof value === "string") return value
    throw new RequestError(400, `${name}: a text is wanted`)
}

function oneOf<T extends string>(
    words: readonly T[],
    value: unknown,
    name: string
): T {
    const found = words.find(word => word === value)
    if (found === undefined)
        throw new RequestError(400, `${name}: one of ${words.join(", ")}`)
    return found
}
