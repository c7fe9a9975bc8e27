import { existsSync } from "node:fs"
import {
    checkSetting,
    parseSet,
    readEnvFile,
    type Settings,
} from "../env/index.ts"
import { UsageError } from "../errors.ts"

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
}

/**
 * Gathers a simulated board's settings: `.env.defaults` and `.env.local` of the working folder,
 * then the given files, then `--syslog`, then `--set`. The demo is on unless somebody sets it.
 * @throws UsageError naming file, line and reason
 */
export function gatherSettings(sources: SettingSources): SimSettings {
    const warnings: string[] = []
    const files = readOwn(warnings)
    const asked = {
        ...readFiles(sources.env, warnings),
        ...(sources.syslog ? parseAddress(sources.syslog) : {}),
        ...Object.fromEntries(sources.set.map(parseSet)),
    }
    return {
        settings: { DEMO: "1", ...files, ...asked },
        collectorPort: asked.SYSLOG_PORT
            ? parsePort(asked.SYSLOG_PORT, "SYSLOG_PORT")
            : undefined,
        warnings,
    }
}

/**
 * Gathers the settings of a real board, from the same places.
 * @throws UsageError naming file, line and reason
 */
export function gatherBoardSettings({ env, set }: SettingSources): SimSettings {
    const warnings: string[] = []
    const settings = {
        ...readOwn(warnings),
        ...readFiles(env, warnings),
        ...Object.fromEntries(set.map(parseSet)),
    }
    return { settings, warnings }
}

/** What the project's own files say. */
function readOwn(warnings: string[]): Settings {
    return {
        // an empty value there only says that the setting exists
        ...withoutEmpty(readExisting(".env.defaults", warnings)),
        ...readExisting(".env.local", warnings),
    }
}

function readExisting(file: string, warnings: string[]): Settings {
    return existsSync(file) ? readFiles([file], warnings) : {}
}

function withoutEmpty(settings: Settings): Settings {
    const given = Object.entries(settings).filter(([, value]) => value !== "")
    return Object.fromEntries(given)
}

function readFiles(files: string[], warnings: string[]): Settings {
    const settings: Settings = {}
    for (const file of files)
        for (const { key, value, line, cutAtHash } of readEnvFile(file)) {
            settings[key] = value
            if (cutAtHash)
                warnings.push(
                    `${file}:${line}: the value of "${key}" ends before the "#"; put it in quotes to keep the rest`
                )
        }
    return settings
}

/** Splits `HOST:PORT`, or `[IPv6]:PORT`. */
function parseAddress(text: string): Settings {
    const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d+)$/.exec(text)
    if (!match) throw new UsageError(`--syslog "${text}": HOST:PORT is wanted`)
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
