// Lines in the form of the firmware's console, some of them not what they seem.
console.log("1.250 [ERROR] [pump.service] dry\r[INFO] [x] y")
console.log("2026-01-01T00:00:00.000Z [INFO] [net] 0 error lines sent")
console.log("\x1b]0;title\x07no record")
console.log("[done]")
