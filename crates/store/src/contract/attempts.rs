//! Attempts are counted by key, and can be taken back.

use std::future::{Future, poll_fn};
use std::task::Poll;

use crate::attempt::Counted;
use crate::grant::Hashed;

use super::world::World;

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    by_key(fresh()).await;
    many_at_once(fresh(), WINDOW_S).await;
    many_at_once(fresh(), DAY_S).await;
}

const WINDOW_S: u32 = 900;

/// What is counted for a day is not forgotten with the memory of a process; `open` opens one instance
/// again and again.
pub async fn across_closing(open: &impl Fn() -> World) {
    let world = open();
    for expect in 1..=2 {
        assert_eq!(count_for(&world, 1, DAY_S).await, expect);
    }
    assert_eq!(count_for(&world, 2, DAY_S).await, 1);
    drop(world);
    let world = open();
    assert_eq!(count_for(&world, 1, DAY_S).await, 3);
    let key = Hashed([1; 32]);
    world.store.give_back_attempt(key).await.unwrap();
    drop(world);
    let world = open();
    assert_eq!(count_for(&world, 1, DAY_S).await, 3);
    assert_eq!(count_for(&world, 2, DAY_S).await, 2);
}

const DAY_S: u32 = 24 * 60 * 60;

async fn count(world: &World, key: u8) -> u32 {
    count_for(world, key, WINDOW_S).await
}

async fn count_for(world: &World, key: u8, window_s: u32) -> u32 {
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let counted = world.store.count_attempt(Hashed([key; 32]), window_s, now);
    let Counted { attempts, left_s } = counted.await.unwrap();
    assert!((1..=window_s).contains(&left_s), "{left_s}");
    attempts
}

async fn by_key(world: World) {
    assert_eq!(count(&world, 1).await, 1);
    assert_eq!(count(&world, 1).await, 2);
    assert_eq!(count(&world, 2).await, 1);
    for key in [1, 3] {
        let key = Hashed([key; 32]);
        world.store.give_back_attempt(key).await.unwrap();
    }
    assert_eq!(count(&world, 1).await, 2);
    assert_eq!(count(&world, 3).await, 1);
}

/// Each of many at once is told another number.
async fn many_at_once(world: World, window_s: u32) {
    let one = || Box::pin(count_for(&world, 1, window_s));
    let mut waiting: Vec<_> = (0..16).map(|_| one()).collect();
    let mut told = Vec::new();
    poll_fn(|context| {
        waiting.retain_mut(|one| match one.as_mut().poll(context) {
            Poll::Ready(number) => {
                told.push(number);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    told.sort_unstable();
    assert_eq!(told, (1..=16).collect::<Vec<u32>>());
}
