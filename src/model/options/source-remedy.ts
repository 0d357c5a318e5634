export const ofTheKernel = /^\/(?:dev|proc|sys)\//;

/** How what is mounted comes to be there: devices are the kernel's, and nobody makes them by hand. */
export function sourceRemedy(hostPath: string): string {
  if (ofTheKernel.test(hostPath)) {
    return "look on the host whether it has another name there, or its driver is not loaded: boot.kernelModules = [ … ];";
  }
  return `create it there, as the directory or file it is to be: systemd.tmpfiles.rules = [ "d ${hostPath} 0755 root root -" ]; makes a directory, "f" in place of "d" an empty file`;
}
