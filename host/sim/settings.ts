import { existsSync } from "node:fs"
import {
    checkSetting,
    hashWarning,
    MAX_ENV_BYTES,
    parseSet,
    readEnvFile,
    type Settings,
} from "../env/index.ts"
import { UsageError } from "../errors.ts"
import { readTextInput } from "../files.ts"
import type { GivenSetting } from "../settings/index.ts"

/** What the user said about settings. */
export interface SettingSources {
    /** Dotenv files; later ones win. */
    env: string[]
    /** `KEY=VALUE` texts; they win over files. */
    set: string[]
    /** Address of a syslog collector, `HOST:PORT`; wins over files. */
    syslog?: string
}

/** The settings of a simulated board. */
export interface SimSettings {
    settings: Settings
    /** The port that the user wants the embedded collector on, if any. */
    collectorPort?: number
    /** Lines that are taken, but perhaps not as they were meant. */
    warnings: string[]
    /** Those of the project's own files, with their places. */
    own: GivenSetting[]
    /** Those of `--env`, `--syslog` and `--set`. */
    asked: GivenSetting[]
}

/**
 * Gathers a simulated board's settings: `.env.defaults` and `.env.local` of the working folder,
 * then the given files, then `--syslog`, then `--set`. The demo is on unless one of them sets it.
 * @throws UsageError naming file, line and reason
 */
export function gatherSettings(sources: SettingSources): SimSettings {
    const warnings: string[] = []
    const own = readOwn(warnings)
    const asked = readAsked(sources, warnings)
    return {
        settings: { DEMO: "1", ...textsOf(own), ...textsOf(asked) },
        collectorPort: portOf(asked),
        warnings,
        own,
        asked,
    }
}

/**
 * Checks what the command line itself says of settings, and that its files can be read.
 * @throws UsageError
 */
export function checkArguments({ env, syslog, set }: SettingSources): void {
    for (const file of env) readTextInput(file, MAX_ENV_BYTES)
    portOf(readAsked({ env: [], syslog, set }, []))
}

/**
 * Gathers the settings of a real board, from the same places.
 * @throws UsageError naming file, line and reason
 */
export function gatherBoardSettings(sources: SettingSources): SimSettings {
    const warnings: string[] = []
    const own = readOwn(warnings)
    const asked = readAsked(sources, warnings)
    const settings = { ...textsOf(own), ...textsOf(asked) }
    return { settings, warnings, own, asked }
}

/** The port that is asked for, if any. @throws UsageError */
function portOf(asked: GivenSetting[]): number | undefined {
    const port = asked.findLast(({ key }) => key === "SYSLOG_PORT")?.text
    return port ? parsePort(port, "SYSLOG_PORT") : undefined
}

function textsOf(given: GivenSetting[]): Settings {
    return Object.fromEntries(given.map(({ key, text }) => [key, text]))
}

/** What the project's own files say. */
function readOwn(warnings: string[]): GivenSetting[] {
    return [
        // an empty value there only says that the setting exists
        ...readExisting(".env.defaults", warnings).filter(({ text }) => text),
        ...readExisting(".env.local", warnings),
    ]
}

function readAsked(
    { env, syslog, set }: SettingSources,
    warnings: string[]
): GivenSetting[] {
    const given = (place: string, texts: [string, string][]) =>
        texts.map(([key, text]) => ({ key, text, place }))
    return [
        ...env.flatMap(file => readFile(file, warnings)),
        ...given(
            "--syslog",
            syslog ? Object.entries(parseAddress(syslog)) : []
        ),
        ...given(
            "--set",
            set.map(text => parseSet(text, "--set "))
        ),
    ]
}

function readExisting(file: string, warnings: string[]): GivenSetting[] {
    return existsSync(file) ? readFile(file, warnings) : []
}

function readFile(file: string, warnings: string[]): GivenSetting[] {
    return readEnvFile(file).map(({ key, value, line, cutAtHash }) => {
        const place = `${file}:${line}`
        if (cutAtHash) warnings.push(hashWarning(place))
        return { key, text: value, place }
    })
}

/** Splits `HOST:PORT`, or `[IPv6]:PORT`. */
function parseAddress(text: string): Settings {
    const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d+)$/.exec(text)
    if (!match)
        throw new UsageError(
            `--syslog "${text}": HOST:PORT is wanted, of IPv6 [ADDRESS]:PORT`
        )
    const host = match[1] ?? match[2]
    parsePort(match[3], `--syslog "${text}"`)
    const problem = checkSetting("SYSLOG_HOST", host)
    if (problem) throw new UsageError(`--syslog: ${problem}`)
    return { SYSLOG_HOST: host, SYSLOG_PORT: match[3] }
}

function parsePort(text: string, what: string): number {
    const port = Number(text)
    if (!/^\d+$/.test(text) || port < 1 || port > 65535)
        throw new UsageError(`${what}: "${text}" is no port (1 to 65535)`)
    return port
}
