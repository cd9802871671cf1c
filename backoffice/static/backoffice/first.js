/* Before anything is painted: the colours and the sidebar that were chosen in this browser. No page flashes in the
   light, and none moves when its scripts have come. What is hidden until it is opened: waiting.css. */
{
  const page = document.documentElement;
  const kept = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const isDark = { '"dark"': true, '"light"': false }[kept("adminTheme")];
  page.classList.toggle("dark", isDark ?? matchMedia("(prefers-color-scheme: dark)").matches);
  if (kept("sidebarOpen") === "0") page.dataset.sidebar = "closed";
}
