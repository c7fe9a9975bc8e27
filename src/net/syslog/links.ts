import { Connection } from "../../platform"
import { Link, LinkContext } from "./link"
import { SyslogOptions } from "./options"
import { RelpLink } from "./relp-link"
import { StreamLink, TLS_SETTLE_MS } from "./stream-link"

/** The link of a transport, for a connection that was just started. */
export function makeLink(
    options: SyslogOptions,
    context: LinkContext,
    connection: Connection
): Link {
    if (options.proto === "relp") return new RelpLink(context, connection)
    const settleMs = options.proto === "tls" ? TLS_SETTLE_MS : 0
    return new StreamLink(context, connection, settleMs)
}
