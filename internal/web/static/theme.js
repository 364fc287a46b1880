// Runs before the first paint. A person who asked for "as the system" gets the
// theme of the machine, and follows it when it changes at dusk.
{
  const root = document.documentElement;
  if (root.dataset.gjTheme === "system") {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const set = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
    set();
    dark.addEventListener("change", set);
  }
}
