export { rfc3339, uptimeText } from "../platform"
