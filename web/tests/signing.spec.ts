import { accessible, expect, shot, signIn, test } from "./spool";

test("whoever is not signed in is led to the door, and from there to where they wanted to go", async ({
  page,
  server,
}) => {
  await page.goto("/library");
  await expect(page.getByRole("heading", { name: "Sign in to Spool" })).toBeVisible();
  await accessible(page);
  await shot(page, "sign-in");
  await page.getByLabel("API key").fill(server.testKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/library$/);
});

test("a wrong key says so at its field, and the cookie is out of scripts' reach", async ({
  page,
  server,
}) => {
  await page.goto("/sign-in");
  await page.getByLabel("API key").fill(`${server.testKey.slice(0, -1)}x`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("unknown, expired or revoked")).toBeVisible();
  await signIn(page, server.testKey);
  expect(await page.evaluate(() => document.cookie)).toBe("");
  const cookies = await page.context().cookies();
  expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
    { httpOnly: true, sameSite: "Strict" },
  ]);
});

test("a link with the key in its fragment signs in and leaves no key in the address", async ({
  page,
  server,
}) => {
  await page.goto(`/sign-in#key=${server.testKey}`);
  await expect(page).toHaveURL(/\/playground$/);
  expect(page.url()).not.toContain("spool_test_");
});

test("signing out ends the session", async ({ user: page }) => {
  await page.getByRole("button", { name: "Who is signed in" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to Spool" })).toBeVisible();
  await page.goto("/playground");
  await expect(page.getByRole("heading", { name: "Sign in to Spool" })).toBeVisible();
});
