import { Connection } from "../../platform"
import { Link, LinkContext, StreamLink, TLS_SETTLE_MS } from "./link"
import { SyslogOptions } from "./options"

/** The link for a transport, on a connection that was just started. */
export function makeLink(
    options: SyslogOptions,
    context: LinkContext,
    connection: Connection
): Link {
    const settleMs = options.proto === "tls" ? TLS_SETTLE_MS : 0
    return new StreamLink(context, connection, settleMs)
}
