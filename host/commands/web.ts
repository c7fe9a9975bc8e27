import { type Command } from "commander"
import { complain } from "../output.ts"
import { addBoardCommand, type BoardOptions } from "./board.ts"
import { hostAddress, portNumber, proxyAddress } from "./option-values.ts"
import { endOfService } from "./signals.ts"

interface WebCommandOptions extends BoardOptions {
    port?: number
    host?: string
    proxy?: URL
}

/** Adds `fiberctl web`: a console in the browser. */
export function addWebCommand(program: Command): void {
    addBoardCommand(
        program,
        "web",
        "serve a console for the browser: tasks, log, settings and more of every board on the bus",
        "web --port 8383"
    )
        .option(
            "--port <port>",
            "port to listen on (default: 8383)",
            portNumber
        )
        .option(
            "--host <address>",
            "listen beyond this machine; the address that is printed has a token",
            hostAddress
        )
        .option(
            "--proxy <url>",
            "the address of the console at a proxy in front of it; what is printed has a token",
            proxyAddress
        )
        .action(async (options: WebCommandOptions) => {
            const { startWeb } = await import("../web/index.ts")
            const { url, missing, close } = await startWeb(options, options)
            if (missing !== undefined) {
                complain(missing)
                complain("waiting for it")
            }
            // who reads the address may end it at once
            const ended = endOfService()
            console.log(options.json ? JSON.stringify({ url }) : url)
            await ended
            await close()
        })
}
