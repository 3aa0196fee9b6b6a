//! Work that outlives the request that asked for it.

use std::sync::Arc;

use bytes::Bytes;
use cresset_base::Timestamp;

use super::world::{World, everything, put};
use crate::job::{Completion, Job, JobAnswer, JobsDue, Lease, Stage, Taken};
use crate::store::Error;
use crate::write::{Refusal, Unit, Written};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    a_job_is_taken_by_one_at_a_time(fresh()).await;
    a_job_is_carried_out_and_answered(fresh()).await;
    what_may_not_begin_again_says_so(fresh()).await;
    a_unit_completes_its_job(fresh()).await;
    a_unit_of_a_job_that_was_lost_does_not_happen(fresh()).await;
    a_refused_unit_leaves_its_job(fresh()).await;
    jobs_are_bounded_and_forgotten(fresh()).await;
}

fn at(minute: u32) -> Timestamp {
    format!("2026-01-02T12:{minute:02}:00Z").parse().unwrap()
}

fn job(id: &str, minute: u32) -> Job {
    Job {
        id: id.to_owned(),
        app: "app_a".to_owned(),
        content: format!("{{\"what\":\"{id} — Zoë\"}}"),
        body: Bytes::from_static(b"\x1f\x8b\x00 packed"),
        asked: at(minute),
        kept_until: at(50),
    }
}

fn answer(text: &str) -> JobAnswer {
    JobAnswer {
        head: format!("head of {text}"),
        body: Bytes::from(text.to_owned()),
    }
}

fn patient(name: &str) -> String {
    format!(r#"{{"resourceType":"Patient","id":"{name}","name":[{{"family":"{name}"}}]}}"#)
}

impl World {
    async fn asked(&self, job: Job) {
        assert!(self.store.add_job(job, 8).await.unwrap());
    }

    async fn took(&self, now: u32, until: u32) -> Option<Taken> {
        self.store.take_job(at(now), at(until)).await.unwrap()
    }

    /// A unit of one patient that completes a job.
    async fn completed(&self, lease: &Lease, bodies: &[&str]) -> Result<Vec<Written>, Error> {
        let count = |written: &[Written]| answer(&format!("{} written", written.len()));
        let unit = Unit {
            changes: bodies.iter().map(|body| put(body)).collect(),
            completion: Some(Completion {
                lease: lease.clone(),
                answer: Arc::new(count),
            }),
            ..Unit::default()
        };
        self.store.commit_unit(&everything(), unit).await
    }

    async fn stage(&self, id: &str) -> Option<Stage> {
        let found = self.store.lookup_job(id).await.unwrap();
        found.map(|state| state.stage)
    }
}

async fn a_job_is_taken_by_one_at_a_time(world: World) {
    for (id, minute) in [("b", 2), ("a", 1), ("c", 9)] {
        world.asked(job(id, minute)).await;
    }
    assert_eq!(world.took(0, 5).await, None, "none was asked for yet");
    let lease = |id: &str, number| Lease {
        job: id.to_owned(),
        number,
    };
    let taken = |id, minute, number, before| {
        Some(Taken {
            job: job(id, minute),
            lease: lease(id, number),
            before,
        })
    };
    let first = world.took(3, 5).await;
    assert_eq!(
        first,
        taken("a", 1, 1, Stage::Waiting),
        "what waits longest"
    );
    assert_eq!(world.took(3, 6).await, taken("b", 2, 1, Stage::Waiting));
    assert_eq!(world.took(4, 6).await, None, "both are held");
    let store = &world.store;
    assert!(store.hold_job(&lease("a", 1), at(8), "half").await.unwrap());
    let state = store.lookup_job("a").await.unwrap().unwrap();
    assert_eq!((state.progress.as_str(), state.held_until), ("half", at(8)));
    assert_eq!((state.app.as_str(), state.kept_until), ("app_a", at(50)));
    assert_eq!(state.content, job("a", 1).content);
    assert_eq!(world.took(7, 12).await, taken("b", 2, 2, Stage::Begun));
    assert_eq!(world.took(7, 12).await, None, "one says it is alive");
    assert_eq!(world.took(8, 12).await, taken("a", 1, 2, Stage::Begun));
    let silent = lease("a", 1);
    assert!(!store.hold_job(&silent, at(20), "late").await.unwrap());
    assert!(!store.begin_once(&silent).await.unwrap());
    let late = store.finish_job(&silent, Some(answer("late"))).await;
    assert!(!late.unwrap());
    assert_eq!(world.stage("a").await, Some(Stage::Begun));
}

async fn a_job_is_carried_out_and_answered(world: World) {
    let store = &world.store;
    world.asked(job("a", 1)).await;
    assert_eq!(world.stage("a").await, Some(Stage::Waiting));
    assert_eq!(world.stage("b").await, None);
    let lease = world.took(2, 5).await.unwrap().lease;
    assert_eq!(store.job_answer("a").await.unwrap(), None, "not yet");
    let finished = store.finish_job(&lease, Some(answer("x"))).await;
    assert!(finished.unwrap());
    assert_eq!(world.stage("a").await, Some(Stage::Done));
    assert_eq!(store.job_answer("a").await.unwrap(), Some(answer("x")));
    assert_eq!(world.took(20, 25).await, None, "it is done");
    let again = store.finish_job(&lease, Some(answer("y"))).await;
    assert!(!again.unwrap(), "it has an answer");
    assert!(store.remove_job("a").await.unwrap());
    assert!(!store.remove_job("a").await.unwrap());
    assert_eq!(store.job_answer("a").await.unwrap(), None);
}

async fn what_may_not_begin_again_says_so(world: World) {
    world.asked(job("a", 1)).await;
    let lease = world.took(2, 5).await.unwrap().lease;
    assert!(world.store.begin_once(&lease).await.unwrap());
    assert!(!world.store.begin_once(&lease).await.unwrap(), "once");
    let next = world.took(6, 9).await.unwrap();
    assert_eq!(next.before, Stage::BegunOnce);
    assert_eq!(world.stage("a").await, Some(Stage::BegunOnce));
}

async fn a_unit_completes_its_job(world: World) {
    let store = &world.store;
    for many in [&["p"][..], &["q", "r"]] {
        let id = many[0];
        world.asked(job(id, 1)).await;
        let lease = world.took(2, 5).await.unwrap().lease;
        let bodies: Vec<String> = many.iter().map(|name| patient(name)).collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        world.completed(&lease, &bodies).await.unwrap();
        assert_eq!(world.stage(id).await, Some(Stage::Committed));
        assert_eq!(store.job_answer(id).await.unwrap(), None, "not done yet");
        let again = world.completed(&lease, &bodies).await;
        assert!(matches!(again, Err(Error::Lapsed)), "once: {again:?}");
        let next = world.took(6, 9).await.unwrap();
        assert_eq!(next.before, Stage::Committed, "its node died");
        assert!(store.finish_job(&next.lease, None).await.unwrap());
        let kept = answer(&format!("{} written", many.len()));
        assert_eq!(store.job_answer(id).await.unwrap(), Some(kept));
    }
    world.check("Patient", &["p", "q", "r"]).await;
}

async fn a_unit_of_a_job_that_was_lost_does_not_happen(world: World) {
    for many in [&["p"][..], &["q", "r"]] {
        let id = many[0];
        let bodies: Vec<String> = many.iter().map(|name| patient(name)).collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        world.asked(job(id, 1)).await;
        let silent = world.took(2, 5).await.unwrap().lease;
        let next = world.took(6, 9).await.unwrap().lease;
        let lost = world.completed(&silent, &bodies).await;
        assert!(matches!(lost, Err(Error::Lapsed)), "{lost:?}");
        world.store.remove_job(id).await.unwrap();
        let gone = world.completed(&next, &bodies).await;
        assert!(matches!(gone, Err(Error::Lapsed)), "{gone:?}");
    }
    world.check("Patient", &[]).await;
}

async fn a_refused_unit_leaves_its_job(world: World) {
    world.asked(job("a", 1)).await;
    let lease = world.took(2, 5).await.unwrap().lease;
    let unit = Unit {
        changes: vec![put(&patient("p")), {
            let mut twice = put(&patient("p"));
            if let crate::write::Change::Update(_, _, precondition) = &mut twice {
                precondition.if_absent = true;
            }
            twice
        }],
        completion: Some(Completion {
            lease: lease.clone(),
            answer: Arc::new(|_| answer("x")),
        }),
        ..Unit::default()
    };
    let refused = world.store.commit_unit(&everything(), unit).await;
    assert!(
        matches!(refused, Err(Error::Refused(1, Refusal::PreconditionFailed))),
        "{refused:?}"
    );
    assert_eq!(world.stage("a").await, Some(Stage::Begun));
    world.completed(&lease, &[&patient("p")]).await.unwrap();
}

async fn jobs_are_bounded_and_forgotten(world: World) {
    let store = &world.store;
    let add = async |job: Job| store.add_job(job, 2).await.unwrap();
    assert!(add(job("a", 1)).await);
    assert!(add(job("b", 2)).await);
    assert!(!add(job("c", 3)).await, "that is one too many");
    let of_another = Job {
        app: "app_b".to_owned(),
        ..job("d", 3)
    };
    assert!(add(of_another).await, "each app has its own");
    let lease = world.took(3, 20).await.unwrap().lease;
    assert!(store.finish_job(&lease, Some(answer("x"))).await.unwrap());
    assert!(!add(job("c", 3)).await, "the answer is kept");
    let due = |to_take, to_drop, all| JobsDue {
        to_take,
        to_drop,
        all,
    };
    assert_eq!(store.count_jobs(at(4)).await.unwrap(), due(2, 0, 3));
    assert_eq!(store.drop_jobs(at(49)).await.unwrap(), 0);
    assert_eq!(world.took(50, 55).await, None, "their time is over");
    let later = Job {
        kept_until: at(59),
        ..job("e", 51)
    };
    assert!(add(later).await, "what is over counts no more");
    assert_eq!(store.count_jobs(at(51)).await.unwrap(), due(1, 3, 4));
    assert_eq!(store.drop_jobs(at(51)).await.unwrap(), 3);
    assert_eq!(world.stage("a").await, None);
    assert_eq!(world.stage("e").await, Some(Stage::Waiting));
}
