import { join } from "node:path"
import { UsageError } from "./errors.ts"
import { makeFolder } from "./files.ts"

/** Where the tool of DeviceScript keeps what it makes, and fiberctl too, unless told otherwise. */
export const TOOL_FOLDER = ".devicescript"
/** The environment takes the choice to the processes that fiberctl starts. */
const VARIABLE = "FIBERCTL_BUILD_DIR"

/** The folder of all that is kept of a project: builds, states of boards, their VMs. */
export function buildDir(): string {
    return process.env[VARIABLE] || TOOL_FOLDER
}

/** Keeps all of that elsewhere from now on, so that a project's own folder may be read-only. */
export function setBuildDir(folder: string): void {
    process.env[VARIABLE] = folder
}

/**
 * Makes a folder below it.
 * @throws UsageError when that is not possible
 */
export function makeInBuildDir(folder: string): void {
    try {
        makeFolder(folder)
    } catch (error) {
        if (!(error instanceof UsageError)) throw error
        throw new UsageError(
            `${error.message}; --build-dir DIR keeps builds and states elsewhere`
        )
    }
}

/** A path below the folder of what fiberctl keeps. */
export function inBuildDir(...names: string[]): string {
    return join(buildDir(), "fiberctl", ...names)
}
