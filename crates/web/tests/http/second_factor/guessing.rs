//! Guesses at codes by somebody who is signed in: at a browser that was left open, with the password.

use cresset_store::{AuditAsk, AuditRecord};

use super::super::people::{Browser, PASSWORD};
use super::super::practice::{Answer, Practice};
use super::{Device, SECURITY, TURN_OFF, post, practice, set_up, wrong};

/// When what was proved at sign-in counts no more.
const STALE_S: u32 = 10 * 60;

/// Tries to turn the second step off.
async fn turn_off(browser: &mut Browser<'_>, page: &Answer, password: &str, code: &str) -> u16 {
    let fields = [("password", password), ("second", code)];
    post(browser, (TURN_OFF, page), &fields).await.status.into()
}

/// Twenty wrong codes, no more than ten in a quarter of an hour.
async fn guess(practice: &Practice, browser: &mut Browser<'_>, device: &Device) {
    for _ in 0..2 {
        let page = browser.get(SECURITY).await;
        for _ in 0..10 {
            let code = wrong(&device.code(practice));
            assert_eq!(turn_off(browser, &page, PASSWORD, &code).await, 401);
        }
        // The browser is in use meanwhile.
        for _ in 0..3 {
            practice.clock.advance_seconds(5 * 60);
            assert_eq!(browser.get(SECURITY).await.status, 200);
        }
    }
}

/// Whoever is signed in and knows the password can choose another.
#[tokio::test]
async fn another_password_begins_no_new_count() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    let (device, _) = set_up(&practice, &mut browser).await;
    practice.clock.advance_seconds(STALE_S);
    guess(&practice, &mut browser, &device).await;
    let path = "/demo/account/password";
    let page = browser.get(path).await;
    let new = "another way to say it";
    let fields = [("current", PASSWORD), ("new", new)];
    let changed = post(&mut browser, (path, &page), &fields).await;
    assert_eq!(changed.location(), "/demo/account");
    let page = browser.get(SECURITY).await;
    let right = device.code(&practice);
    assert_eq!(turn_off(&mut browser, &page, new, &right).await, 429);
}

#[tokio::test]
async fn a_refused_change_is_recorded_with_its_person() {
    let practice = practice().await;
    let mut browser = practice.browser_of("ann").await;
    let (device, _) = set_up(&practice, &mut browser).await;
    practice.clock.advance_seconds(STALE_S);
    let page = browser.get(SECURITY).await;
    let code = wrong(&device.code(&practice));
    assert_eq!(turn_off(&mut browser, &page, PASSWORD, &code).await, 401);
    practice.store.settle().await.unwrap();
    let trail = practice.store.trail(&AuditAsk::newest(10)).await.unwrap();
    let ann = practice.store.find_user("ann").await.unwrap().unwrap().id;
    let is_it = |r: &AuditRecord| {
        let of = (r.interaction.as_str(), r.status);
        of == ("second-factor-off", 401) && r.subject.as_ref() == Some(&ann)
    };
    assert!(trail.records.iter().any(|r| is_it(&r.record)), "{trail:?}");
}
